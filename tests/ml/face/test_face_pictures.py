"""The picture side: upright crops of one size, and MediaPipe's layers rebuilt exactly."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from understudy.ml.face.backbone import Backbone, _model_path, load_mediapipe
from understudy.ml.face.batches import with_eyes
from understudy.ml.face.crop import CROP_SIZE, CROP_UNITS, crop_transform, face_crop
from understudy.ml.face.examples import as_input
from understudy.ml.face.eyes import HEIGHT, MARGIN, WIDTH, eye_pictures
from understudy.ml.face.infer import load_face_net
from understudy.ml.face.looks import FaceLooks
from understudy.ml.face.spoil import shrunk, spoilt_eyes, spoilt_faces, to_tensor
from understudy.ml.take import rotation


def face_in_picture(turn=(0.0, 0.0, 0.0), scale=150.0, middle=(320.0, 240.0)) -> np.ndarray:
    canonical = load_face_net().canonical.numpy().astype(float)
    points = rotation.rotate(rotation.from_rotvec(np.array(turn)), canonical) * scale
    return np.stack((middle[0] + points[:, 0], middle[1] - points[:, 2], points[:, 1]), axis=-1)


@pytest.mark.parametrize("roll", [0.0, 0.5, -0.9])
@pytest.mark.parametrize("scale", [40.0, 300.0])
def test_crops_are_upright_and_of_one_size(roll, scale):
    points = face_in_picture((0.0, roll, 0.0), scale)
    matrix = crop_transform(points)
    eyes = points[[33, 263], :2] @ matrix[:, :2].T + matrix[:, 2]
    assert eyes[0, 1] == pytest.approx(eyes[1, 1], abs=0.5)
    assert eyes[1, 0] - eyes[0, 0] == pytest.approx(CROP_SIZE / CROP_UNITS, rel=0.08)
    assert eyes[:, 0].mean() == pytest.approx(CROP_SIZE / 2, abs=1.5)


def test_a_turned_head_keeps_its_size():
    front, turned = (crop_transform(face_in_picture((0.0, 0.0, yaw))) for yaw in (0.0, 0.7))
    scales = [np.hypot(m[0, 0], m[0, 1]) for m in (front, turned)]
    assert scales[1] == pytest.approx(scales[0], rel=0.02)


@pytest.mark.parametrize("scale", [60.0, 700.0])
def test_crops_show_the_place_the_transform_says(scale):
    points = face_in_picture(scale=scale, middle=(1000.0, 1000.0))
    picture = np.zeros((2400, 2000, 3), np.uint8)
    nose = points[1, :2]
    cv2.circle(picture, tuple(np.round(nose).astype(int).tolist()), round(0.08 * scale), (255, 255, 255), -1)
    crop = face_crop(picture, points)[..., 0].astype(float)
    rows, columns = np.mgrid[: crop.shape[0], : crop.shape[1]]
    seen = np.array([(columns * crop).sum(), (rows * crop).sum()]) / crop.sum()
    matrix = crop_transform(points)
    np.testing.assert_allclose(seen, matrix[:, :2] @ nose + matrix[:, 2], atol=0.6)


def test_the_backbone_is_mediapipes_own():
    backbone = Backbone()
    load_mediapipe(backbone)
    picture = cv2.GaussianBlur(np.random.default_rng(0).random((192, 192, 3), dtype=np.float32), (0, 0), 4)
    blob = np.ascontiguousarray(picture.transpose(2, 0, 1)[None])
    with torch.inference_mode():
        middle, last = backbone(torch.as_tensor(blob))
    reference = cv2.dnn.readNetFromTFLite(str(_model_path()))
    reference.setInput(blob)
    np.testing.assert_allclose(last.numpy(), reference.forward("p_re_lu_15"), atol=1e-3)
    assert middle.shape == (1, 128, 12, 12)


def test_eyes_are_the_same_pictures_in_the_mirror():
    crop = np.random.default_rng(0).integers(0, 255, (CROP_SIZE, CROP_SIZE, 3), dtype=np.uint8)
    np.testing.assert_array_equal(eye_pictures(crop)[::-1], eye_pictures(crop[:, ::-1]))


def centre(picture) -> tuple[float, float]:
    """x and y of the middle of what is bright in [H, W]."""
    total = picture.sum()
    return tuple(float((picture.sum(dim=1 - d) * torch.arange(picture.shape[d])).sum() / total) for d in (1, 0))


def test_spoiling_keeps_the_eye_in_its_place():
    torch.manual_seed(1)
    middle = torch.zeros(16, 4, 3, HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN)
    y, x = HEIGHT // 2 + MARGIN, WIDTH // 2 + MARGIN
    middle[..., y - 2 : y + 2, x - 2 : x + 2] = 1
    seen = spoilt_eyes(middle).mean(dim=(0, 1, 2)).clamp(0)
    x, y = centre(seen)
    assert seen.shape == (HEIGHT, WIDTH)
    assert abs(x - (WIDTH - 1) / 2) < 2 and abs(y - (HEIGHT - 1) / 2) < 2


def test_spoiling_keeps_the_face_in_its_place_and_differs_between_people():
    torch.manual_seed(1)
    pictures = torch.zeros(24, 3, CROP_SIZE, CROP_SIZE, 3, dtype=torch.uint8)
    pictures[:, :, 28:36, 92:100] = 255
    seen = spoilt_faces(pictures, 96)
    assert seen.shape == (24, 3, 3, 96, 96) and float(seen.min()) >= 0 and float(seen.max()) <= 1
    bright = seen.mean(dim=(0, 1, 2))
    x, y = centre((bright - (bright.min() + bright.max()) / 2).clamp(0))
    assert abs(x - 96 * 95.5 / 128) < 3 and abs(y - 96 * 31.5 / 128) < 3
    levels = seen.mean(dim=(2, 3, 4))
    assert float(levels.std(dim=0).mean()) > 3 * float(levels.std(dim=1).mean())


def test_pictures_are_shrunk_as_the_looks_are():
    crop = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (CROP_SIZE, CROP_SIZE, 3), np.uint8), (0, 0), 1)
    expected = to_tensor(as_input(crop, 96)[None])
    torch.testing.assert_close(shrunk(to_tensor(crop[None]), 96), expected, atol=0.6 / 255, rtol=0)


def test_the_compiled_looks_are_the_networks():
    net = load_face_net()
    crop = np.random.default_rng(0).integers(0, 255, (CROP_SIZE, CROP_SIZE, 3), dtype=np.uint8)
    small = as_input(crop, net.config.crop)
    with torch.inference_mode():
        faces = net.picture(to_tensor(np.stack((small, small[:, ::-1]))))
        eyes = net.eye(to_tensor(eye_pictures(crop)))
    looks = FaceLooks(net).of_crop(crop)
    for side, flip in ((0, False), (1, True)):
        expected = with_eyes(faces[side], eyes, flip)
        torch.testing.assert_close(torch.as_tensor(looks[side]), expected, atol=1e-4, rtol=1e-4)


def test_faces_looked_at_together_look_as_they_do_alone():
    crops = np.random.default_rng(0).integers(0, 255, (3, CROP_SIZE, CROP_SIZE, 3), dtype=np.uint8)
    looks = FaceLooks()
    np.testing.assert_allclose(looks.of_crops(list(crops)), [looks.of_crop(crop) for crop in crops], atol=1e-4)
