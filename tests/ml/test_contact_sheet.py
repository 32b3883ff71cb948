"""Pictures: nothing is stretched, and what is written reads back."""

import numpy as np

from understudy.ml.contact_sheet import contact_sheet, fit, load_picture, save_picture, side_by_side


def plain(width: int, height: int, value: int) -> np.ndarray:
    return np.full((height, width, 3), value, dtype=np.uint8)


def test_fit_keeps_the_shape_and_fills_with_the_ground():
    framed = fit(plain(100, 50, 200), 80, 80)
    assert framed.shape == (80, 80, 3)
    bright = (framed == 200).all(axis=-1)
    assert bright.sum() == 80 * 40
    assert bright[40].all() and not bright[:20].any() and not bright[60:].any()


def test_one_pixel_and_extreme_shapes_fit():
    for size in ((1, 1), (1, 4000), (4000, 1)):
        assert fit(plain(*size, 9), 64, 48).shape == (48, 64, 3)


def test_side_by_side_scales_both_to_the_height():
    assert side_by_side(plain(100, 50, 1), plain(30, 60, 2), height=100).shape == (100, 250, 3)


def test_short_rows_are_filled():
    sheet = contact_sheet([[plain(10, 10, 200)] * 3, [plain(10, 10, 100)]], cell=(20, 20))
    assert sheet.shape == (40, 60, 3)
    assert (sheet[20:, :20] == 100).all() and (sheet[20:, 20:] < 50).all()


def test_pictures_read_back_from_any_path(tmp_path):
    path = tmp_path / "größe 演员.png"
    image = np.random.default_rng(0).integers(0, 255, (7, 5, 3), dtype=np.uint8)
    save_picture(path, image)
    assert np.array_equal(load_picture(path), image)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
