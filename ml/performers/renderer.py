"""Draws performers off-screen with moderngl through EGL: no display, no window; software OpenGL suffices."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from . import shaders
from .anatomy import Anatomy, Ints
from .paint import HAIR_CUTS, hidden_scalp, vertex_paint
from .performer import Performer, PosedBody
from .scene import Light, View

if TYPE_CHECKING:
    import moderngl

# What is drawn and how: (part of the anatomy, the shader's number for it).
_PARTS: Final = (
    ("body", 0), ("clothes", 5), ("leftEye", 1), ("rightEye", 1), ("upperTeeth", 2), ("lowerTeeth", 2), ("tongue", 2),
    ("lashes", 3), ("hair", 4),
)  # fmt: skip
_HEAD_PARTS_FROM = 0.42  # metres on the base mesh: what a picture of the head shows of neck and shoulders
_NEAR, _FAR = 0.05, 60.0


class RendererError(RuntimeError):
    """Pictures cannot be drawn here; the message says what to install."""


class Renderer:
    """Draws performers at one picture size. Use as a context manager or call `close`."""

    def __init__(self, width: int = 512, height: int = 512, samples: int = 0) -> None:
        """`samples` (4, say) smooths edges at the price of speed."""
        self.width, self.height = width, height
        self._gl = _context()
        self._people = self._gl.program(vertex_shader=shaders.VERTEX, fragment_shader=shaders.FRAGMENT)
        self._backdrop = self._gl.program(
            vertex_shader=shaders.BACKGROUND_VERTEX, fragment_shader=shaders.BACKGROUND_FRAGMENT
        )
        corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], dtype=np.float32)
        self._corners = self._gl.vertex_array(self._backdrop, self._gl.buffer(corners.tobytes()), "corner")
        self._target = self._framebuffer(0)
        self._smooth = self._framebuffer(samples) if samples else None
        self._picture = self._gl.texture((width, height), 3)
        self._meshes: dict[tuple[int, bool], _Mesh] = {}

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
        return self._gl.framebuffer(
            [self._gl.renderbuffer(size, 3, samples=samples)], self._gl.depth_renderbuffer(size, samples=samples)
        )

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
        program: Any = self._people
        program["projection"].write(_projection(view).T.astype(np.float32).tobytes())
        program["camera"].write(_camera(view).T.astype(np.float32).tobytes())
        program["eye_position"].value = view.position
        for name in ("key_direction", "fill_direction"):
            vector = np.asarray(getattr(light, name), dtype=float)
            program[name].value = tuple(vector / np.linalg.norm(vector))
        for name in ("key_colour", "fill_colour", "sky", "ground"):
            program[name].value = getattr(light, name)

    def _mesh(self, performer: Performer, head_only: bool) -> _Mesh:
        key = (id(performer), head_only)
        if key not in self._meshes:
            # One performer at a time is on stage; older ones would only fill the memory.
            for mesh in self._meshes.values():
                mesh.release()
            self._meshes = {key: _Mesh(self._gl, self._people, performer, head_only)}
        return self._meshes[key]


class _Mesh:
    """A performer's buffers: what stays (paint) and what changes with each frame (positions, normals)."""

    def __init__(self, gl: moderngl.Context, program: moderngl.Program, performer: Performer, head_only: bool) -> None:
        anatomy = performer.anatomy
        self._performer = performer  # keeps id(performer) its own
        self._program: Any = program
        self._topology = _topology(head_only)
        paint = np.concatenate((anatomy.template, vertex_paint(performer.look, performer.skeleton, anatomy)), axis=1)
        self._moving = gl.buffer(reserve=len(anatomy.template) * 24, dynamic=True)
        fixed = gl.buffer(paint.astype(np.float32).tobytes())
        content = [
            (self._moving, "3f 3f", "position", "normal"),
            (fixed, "3f 3f 1f", "template_position", "colour", "lips"),
        ]
        self._arrays = []
        self._buffers = [self._moving, fixed]
        for part, _ in _PARTS:
            index = gl.buffer(self._topology.triangles[part].astype(np.int32).tobytes())
            self._buffers.append(index)
            self._arrays.append(gl.vertex_array(program, content, index_buffer=index, index_element_size=4))

    def release(self) -> None:
        for item in (*self._arrays, *self._buffers):
            item.release()

    def draw(self, performer: Performer, body: PosedBody) -> None:
        vertices = body.vertices.astype(np.float32)
        self._moving.write(np.concatenate((vertices, self._topology.normals(vertices)), axis=1).tobytes())
        self._set_look(performer)
        program, anatomy = self._program, performer.anatomy
        for (part, number), array in zip(_PARTS, self._arrays, strict=True):
            if part == "hair" and performer.look.hair_style not in HAIR_CUTS:
                continue
            program["part"].value = number
            if number == 1:
                points = anatomy.template[np.unique(anatomy.triangles[part])]
                program["eye_centre"].value = tuple(((points.min(axis=0) + points.max(axis=0)) / 2).tolist())
            array.render()

    def _set_look(self, performer: Performer) -> None:
        look, program = performer.look, self._program
        program["lip_colour"].value, program["brow_colour"].value = look.lips, look.brows
        program["iris_colour"].value, program["hair_colour"].value = look.iris, look.hair
        program["top_colour"].value, program["bottom_colour"].value = look.top, look.bottom
        program["lash_density"].value = 0.3 + 0.35 * look.makeup
        for name in (
            "brow_height", "brow_width", "brow_arch", "brow_strength", "stubble", "blotches", "freckles", "makeup",
            "pupil", "iris_size", "shine", "pattern", "pattern_scale",
        ):  # fmt: skip
            program[name].value = getattr(look, name)
        program["hair_cut"].value = HAIR_CUTS.get(look.hair_style, 1.0)
        program["scalp"].value = hidden_scalp(look)


class _Topology:
    """The triangles drawn and how vertices take their normals from them."""

    def __init__(self, anatomy: Anatomy, head_only: bool) -> None:
        from scipy.sparse import csr_matrix

        def kept(triangles: Ints) -> Ints:
            if not head_only:
                return triangles
            return triangles[anatomy.template[triangles, 2].min(axis=1) > _HEAD_PARTS_FROM]

        self.triangles = {part: kept(anatomy.triangles[part]) for part, _ in _PARTS}
        self._all = np.concatenate([self.triangles[part] for part, _ in _PARTS])
        corners = self._all.ravel()
        faces = np.repeat(np.arange(len(self._all)), 3)
        ones = np.ones(len(corners), dtype=np.float32)
        self._sum = csr_matrix((ones, (corners, faces)), shape=(len(anatomy.template), len(self._all)))

    def normals(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Unit normals [V, 3], each the area-weighted mean of its triangles'."""
        a, b, c = (vertices[self._all[:, i]] for i in range(3))
        total = self._sum @ np.cross(b - a, c - a)
        return (total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)).astype(np.float32)


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
