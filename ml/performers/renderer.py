"""Draws performers off-screen with moderngl through EGL: no display, no window; software OpenGL suffices."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from . import shaders
from .anatomy import Anatomy, Ints
from .head import HEAD_FROM
from .paint import HAIR_CUTS, hidden_scalp, vertex_paint
from .performer import Performer, PosedBody
from .scene import SHADINGS, Light, View

if TYPE_CHECKING:
    import moderngl

# What is drawn and how: (part of the anatomy, the shader's number for it).
_PARTS: Final = (
    ("body", 0), ("clothes", 5), ("leftEye", 1), ("rightEye", 1), ("upperTeeth", 2), ("lowerTeeth", 2), ("tongue", 2),
    ("hair", 4), ("lashes", 3),
)  # fmt: skip

_NEAR, _FAR = 0.05, 60.0


class RendererError(RuntimeError):
    """Pictures cannot be drawn here; the message says what to install."""


class Renderer:
    """Draws performers at one picture size. Use as a context manager or call `close`."""

    def __init__(self, width: int = 512, height: int = 512, samples: int = 0) -> None:
        """`samples` (4, say) smooths edges at the price of speed."""
        self._gl, self._samples = _context(), samples
        self._people = _Programs(self._gl)
        self._backdrop = self._gl.program(
            vertex_shader=shaders.BACKGROUND_VERTEX, fragment_shader=shaders.BACKGROUND_FRAGMENT
        )
        corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], dtype=np.float32)
        self._corners = self._gl.vertex_array(self._backdrop, self._gl.buffer(corners.tobytes()), "corner")
        self._sized: list[Any] = []
        self.resize(width, height)
        self._meshes: dict[tuple[int, bool], _Mesh] = {}

    def resize(self, width: int, height: int) -> None:
        """Draw at another size from now on: far cheaper than another renderer."""
        for item in self._sized:
            item.release()
        self.width, self.height, self._sized = width, height, []
        self._target = self._framebuffer(0)
        self._smooth = self._framebuffer(self._samples) if self._samples else None
        self._picture = self._gl.texture((width, height), 3)
        self._sized.append(self._picture)

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the graphics memory."""
        self._meshes.clear()
        self._gl.release()

    def render(
        self,
        performer: Performer,
        body: PosedBody,
        view: View,
        light: Light | None = None,
        background: NDArray[np.uint8] | tuple[int, int, int] = (120, 125, 130),
        head_only: bool = False,
    ) -> NDArray[np.uint8]:
        """A picture [H, W, 3] RGB of a posed performer; `head_only` leaves out what lies below the chest (faster)."""
        target = self._smooth or self._target
        target.use()
        target.clear(depth=1.0)
        self._draw_background(background)
        self._gl.enable(self._gl.DEPTH_TEST)
        self._set_scene(view, light or Light())
        self._mesh(performer, head_only).draw(performer, body)
        if self._smooth is not None:
            self._gl.copy_framebuffer(self._target, self._smooth)
        pixels = np.frombuffer(self._target.read(components=3, alignment=1), dtype=np.uint8)
        return np.ascontiguousarray(pixels.reshape(self.height, self.width, 3)[::-1])

    def _framebuffer(self, samples: int) -> moderngl.Framebuffer:
        size = (self.width, self.height)
        colour = self._gl.renderbuffer(size, 3, samples=samples)
        depth = self._gl.depth_renderbuffer(size, samples=samples)
        framebuffer = self._gl.framebuffer([colour], depth)
        self._sized += [framebuffer, colour, depth]
        return framebuffer

    def _draw_background(self, background: NDArray[np.uint8] | tuple[int, int, int]) -> None:
        picture = np.empty((self.height, self.width, 3), dtype=np.uint8)
        picture[:] = np.asarray(background, dtype=np.uint8)
        self._picture.write(picture.tobytes(), alignment=1)
        self._picture.use()
        self._gl.disable(self._gl.DEPTH_TEST)
        self._corners.render(self._gl.TRIANGLE_STRIP)

    def _set_scene(self, view: View, light: Light) -> None:
        if (view.width, view.height) != (self.width, self.height):
            raise ValueError(
                f"The view is {view.width} x {view.height} pixels but the renderer draws {self.width} x {self.height}."
            )
        values: dict[str, Any] = {
            "projection": _projection(view).T.astype(np.float32).tobytes(),
            "camera": _camera(view).T.astype(np.float32).tobytes(),
            "eye_position": view.position,
            "rim": light.rim,
            "gloss_scale": light.gloss,
            "glossiness": light.glossiness,
        }
        for name in ("key_direction", "fill_direction"):
            vector = np.asarray(getattr(light, name), dtype=float)
            values[name] = tuple(vector / np.linalg.norm(vector))
        values |= {name: getattr(light, name) for name in ("key_colour", "fill_colour", "sky", "ground")}
        self._people.use(SHADINGS.index(light.shading), values)

    def _mesh(self, performer: Performer, head_only: bool) -> _Mesh:
        key = (id(performer), head_only)
        if key not in self._meshes:
            # One performer at a time is on stage; older ones would only fill the memory.
            for mesh in self._meshes.values():
                mesh.release()
            self._meshes = {key: _Mesh(self._gl, self._people, performer, head_only)}
        return self._meshes[key]


class _Programs:
    """The people's programs: one for each part and way of shading, compiled when first used."""

    def __init__(self, gl: moderngl.Context) -> None:
        self._gl = gl
        self._compiled: dict[tuple[int, int], Any] = {}
        self._uniforms: dict[tuple[int, int], dict[str, Any]] = {}
        self.shading = 0
        self._scene: dict[str, Any] = {}

    def use(self, shading: int, scene: dict[str, Any]) -> None:
        """The way of shading and the uniforms of camera and light from now on."""
        self.shading, self._scene = shading, scene

    def of(self, part: int) -> Any:
        """The program of a part under the present shading."""
        key = (part, self.shading)
        if key not in self._compiled:
            constants = f"#version 330\n#define PART {part}\n#define SHADING {self.shading}\n"
            fragment = shaders.FRAGMENT.strip().replace("#version 330", constants, 1)
            program = self._gl.program(vertex_shader=shaders.VERTEX, fragment_shader=fragment)
            self._compiled[key] = program
            self._uniforms[key] = {name: program[name] for name in program}
        return self._compiled[key]

    def prepare(self, part: int, values: dict[str, Any]) -> None:
        """Set the scene's uniforms and these; what a program does not need is left out."""
        self.of(part)
        uniforms = self._uniforms[part, self.shading]
        for name, value in (self._scene | values).items():
            uniform = uniforms.get(name)
            if uniform is None:
                continue
            if isinstance(value, bytes):
                uniform.write(value)
            else:
                uniform.value = value


class _Mesh:
    """A performer's buffers: what stays (paint) and what changes with each frame (positions, normals)."""

    def __init__(self, gl: moderngl.Context, programs: _Programs, performer: Performer, head_only: bool) -> None:
        anatomy = performer.anatomy
        self._performer = performer  # keeps id(performer) its own
        self._gl, self._programs = gl, programs
        self._topology = _topology(head_only)
        paint = np.concatenate((anatomy.template, vertex_paint(performer.look, performer.skeleton, anatomy)), axis=1)
        self._moving = gl.buffer(reserve=len(anatomy.template) * 28, dynamic=True)
        fixed = gl.buffer(paint.astype(np.float32).tobytes())
        self._content = [
            (self._moving, "3f 3f 1f", "position", "normal", "hollow"),
            (fixed, "3f 3f 1f", "template_position", "colour", "lips"),
        ]
        self._indices = {
            part: gl.buffer(self._topology.triangles[part].astype(np.int32).tobytes()) for part, _ in _PARTS
        }
        self._buffers = [self._moving, fixed, *self._indices.values()]
        self._arrays: dict[tuple[str, int], Any] = {}
        self._look = _look_uniforms(performer)

    def release(self) -> None:
        for item in (*self._arrays.values(), *self._buffers):
            item.release()

    def draw(self, performer: Performer, body: PosedBody) -> None:
        vertices = body.vertices.astype(np.float32)
        normals = self._topology.normals(vertices)
        hollow = self._topology.hollows(vertices, normals)
        self._moving.write(np.concatenate((vertices, normals, hollow[:, None]), axis=1).tobytes())
        for part, number in _PARTS:
            if part == "hair" and performer.look.hair_style not in HAIR_CUTS:
                continue
            values = self._look
            if number == 1:
                values = values | {"eye_centre": _eye_centre(part)}
            self._programs.prepare(number, values)
            if number == 3:  # partly see-through, so drawn last
                self._gl.enable(self._gl.BLEND)
            self._array(part, number).render()
        self._gl.disable(self._gl.BLEND)

    def _array(self, part: str, number: int) -> Any:
        key = (part, self._programs.shading)
        if key not in self._arrays:
            self._arrays[key] = self._gl.vertex_array(
                self._programs.of(number), self._content, index_buffer=self._indices[part], index_element_size=4,
                skip_errors=True,
            )  # fmt: skip
        return self._arrays[key]


@lru_cache(maxsize=2)
def _eye_centre(part: str) -> tuple[float, ...]:
    """The middle of an eye on the base mesh."""
    from .anatomy import load_anatomy

    anatomy = load_anatomy()
    points = anatomy.template[np.unique(anatomy.triangles[part])]
    return tuple(((points.min(axis=0) + points.max(axis=0)) / 2).tolist())


def _look_uniforms(performer: Performer) -> dict[str, Any]:
    look = performer.look
    values: dict[str, Any] = {
        "lip_colour": look.lips, "brow_colour": look.brows, "iris_colour": look.iris, "hair_colour": look.hair,
        "top_colour": look.top, "bottom_colour": look.bottom, "lash_density": 0.3 + 0.35 * look.makeup,
        "hair_cut": HAIR_CUTS.get(look.hair_style, 1.0), "scalp": hidden_scalp(look),
    }  # fmt: skip
    for name in (
        "brow_height", "brow_width", "brow_arch", "brow_strength", "stubble", "blotches", "freckles", "makeup",
        "pupil", "iris_size", "shine", "pattern", "pattern_scale",
    ):  # fmt: skip
        values[name] = getattr(look, name)
    for name in (
        "bump", "bump_scale", "crease", "beard", "beard_low", "moustache", "blush", "eyeliner", "brow_inner",
        "brow_tilt", "mouth_dark", "fringe", "highlight", "sclera", "iris_edge", "limbus", "lid_shadow",
    ):  # fmt: skip
        values[name] = getattr(look.complexion, name)
    return values


class _Topology:
    """The triangles drawn and how vertices take their normals from them."""

    def __init__(self, anatomy: Anatomy, head_only: bool) -> None:
        from scipy.sparse import csr_matrix

        def kept(triangles: Ints) -> Ints:
            if not head_only:
                return triangles
            return triangles[anatomy.template[triangles, 2].min(axis=1) > HEAD_FROM]

        self.triangles = {part: kept(anatomy.triangles[part]) for part, _ in _PARTS}
        self._all = np.concatenate([self.triangles[part] for part, _ in _PARTS])
        self._corners = [np.ascontiguousarray(self._all[:, i]) for i in range(3)]
        corners = self._all.ravel()
        faces = np.repeat(np.arange(len(self._all)), 3)
        ones = np.ones(len(corners), dtype=np.float32)
        count = len(anatomy.template)
        self._sum = csr_matrix((ones, (corners, faces)), shape=(count, len(self._all)))
        skin = self.triangles["body"]
        edges = np.concatenate((skin[:, (0, 1)], skin[:, (1, 2)], skin[:, (2, 0)]))
        edges = np.unique(np.concatenate((edges, edges[:, ::-1])), axis=0)
        near = csr_matrix((np.ones(len(edges), dtype=np.float32), (edges[:, 0], edges[:, 1])), shape=(count, count))
        share = 1 / np.maximum(np.asarray(near.sum(axis=1)).ravel(), 1)
        self.tongue = np.unique(anatomy.triangles["tongue"])
        teeth = np.unique(anatomy.triangles["upperTeeth"])
        self._teeth = np.concatenate((teeth, np.unique(anatomy.triangles["lowerTeeth"])))
        order = teeth[np.argsort(anatomy.template[teeth, 1])]
        self._front_teeth, self._back_teeth = order[: len(order) // 5], order[-len(order) // 5 :]
        self._surroundings = near.multiply(share[:, None].astype(np.float32)).tocsr()
        self._inside = np.asarray(near.sum(axis=1)).ravel() > 0

    def normals(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Unit normals [V, 3], each the area-weighted mean of its triangles'."""
        a, b, c = (vertices.take(corner, axis=0) for corner in self._corners)
        one, two = b - a, c - a
        across = np.empty_like(one)  # np.cross takes three times as long
        for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            across[:, i] = one[:, j] * two[:, k] - one[:, k] * two[:, j]
        total = self._sum @ across
        return (total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)).astype(np.float32)

    def hollows(self, vertices: NDArray[np.float32], normals: NDArray[np.float32]) -> NDArray[np.float32]:
        """Millimetres [V] by which skin lies below the mean of its neighbours, and the tongue before the upper teeth.

        Teeth count as deep inside the mouth; other parts have 0.
        """
        below = ((self._surroundings @ vertices - vertices) * normals).sum(axis=1)
        hollow = np.where(self._inside, below * 1000, 0).astype(np.float32)
        front = vertices[self._front_teeth].mean(axis=0)
        ahead = front - vertices[self._back_teeth].mean(axis=0)
        ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-9)
        hollow[self._teeth] = -1000
        hollow[self.tongue] = 1000 * ((vertices[self.tongue] - front) @ ahead)
        return hollow


@lru_cache(maxsize=2)
def _topology(head_only: bool) -> _Topology:
    from .anatomy import load_anatomy

    return _Topology(load_anatomy(), head_only)


def _context() -> moderngl.Context:
    import moderngl

    try:
        return moderngl.create_context(standalone=True, require=330, backend="egl")  # type: ignore[arg-type]
    except Exception as error:  # moderngl raises plain Exception, ImportError or OSError for a missing library
        raise RendererError(
            "Performers cannot be drawn because OpenGL through EGL is missing; on Debian or Ubuntu run "
            "`apt-get install libegl1 libgl1-mesa-dri`."
        ) from error


def _camera(view: View) -> NDArray[np.float64]:
    """Stage to OpenGL's camera axes (x right, y up, z backwards) [4, 4]."""
    from ..take import rotation

    stage_to_camera = rotation.to_matrix(rotation.conjugate(view.orientation))
    axes = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]]) @ stage_to_camera
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[:3, 3] = -axes @ np.asarray(view.position)
    return matrix


def _projection(view: View) -> NDArray[np.float64]:
    """The pinhole as OpenGL's projection [4, 4]."""
    return np.array(
        [
            [2 * view.focal_px / view.width, 0, 0, 0],
            [0, 2 * view.focal_px / view.height, 0, 0],
            [0, 0, -(_FAR + _NEAR) / (_FAR - _NEAR), -2 * _FAR * _NEAR / (_FAR - _NEAR)],
            [0, 0, -1, 0],
        ]
    )
