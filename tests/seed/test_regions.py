"""`load_regions` and `load_boundaries`: whole or not at all, every error with its row."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.models import HistoryTransaction, Region

pytestmark = pytest.mark.django_db
SHARED = Path(os.environ.get("TKPKD_SAMPLES") or settings.BASE_DIR.parent / "shared" / "data" / "xlsx").parent
GOOD = """code,name,level,parent
13,Sumatera Barat,provinsi,
13.74,Kota Padang Panjang,kota,13
13.74.01,Padang Panjang Barat,kecamatan,13.74
13.74.01.1001,Silaing Bawah,kelurahan,13.74.01
"""


@pytest.fixture
def write(tmp_path):
    """A function: text → path of a file that holds it."""

    def _write(text, name="regions.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return _write


def load(path, command="load_regions"):
    """Call the command on a file."""
    call_command(command, str(path))


def test_regions_are_loaded_and_loaded_again_without_change(write, capsys):
    path = write(GOOD)
    load(path)
    assert "4 regions new, 0 changed, 0 as before" in capsys.readouterr().out
    load(path)
    assert "0 regions new, 0 changed, 4 as before" in capsys.readouterr().out
    village = Region.objects.get(pk="13.74.01.1001")
    assert (village.name, village.level, village.parent_id) == ("Silaing Bawah", "kelurahan", "13.74.01")
    assert HistoryTransaction.objects.filter(action="regions.load").count() == 2


def test_a_new_name_is_taken_and_the_centre_stays(write, capsys):
    load(write(GOOD))
    Region.objects.filter(pk="13.74.01").update(lat="-0.46", lng="100.39", bps_code="1374010")
    load(write(GOOD.replace("Padang Panjang Barat", "Barat")))
    row = Region.objects.get(pk="13.74.01")
    assert (row.name, float(row.lat), row.bps_code) == ("Barat", -0.46, "1374010")


def test_semicolons_a_byte_order_mark_and_ten_digits_are_read(write):
    load(write("\ufeff" + GOOD.replace(",", ";").replace("13.74.01.1001", "1374011001")))
    assert Region.objects.count() == 4


def test_a_city_may_begin_the_file_when_its_parent_is_left_empty(write):
    load(write("code,name,level,parent\n13.74,Kota Padang Panjang,kota,\n13.74.01,Barat,kecamatan,13.74\n"))
    assert Region.objects.get(pk="13.74").parent is None


def test_every_error_names_its_row_and_nothing_is_stored(write):
    bad = GOOD + (
        "13.74.01.1001,Silaing Bawah,kelurahan,13.74.01\n"
        "abc,X,kota,13\n"
        "13.75,Kota Bukittinggi,kelurahan,13\n"
        "13.76,,kota,13\n"
        "13.79.01,Entah,kecamatan,13.79\n"
        "13.77,Kota Pariaman,kota,14\n"
    )
    with pytest.raises(CommandError) as caught:
        load(write(bad))
    text = str(caught.value)
    assert caught.value.returncode == 1
    for part in (
        "row 6: 13.74.01.1001 stands in row 5 already",
        "row 7: “abc” is no region code",
        "row 8: the level of 13.75",
        "row 9: 13.76 has no name",
        "row 10: the parent 13.79 of 13.79.01 is neither in the file nor loaded",
        "row 11: the parent of 13.77 must be 13, not 14",
        "Nothing was loaded.",
    ):
        assert part in text
    assert not Region.objects.exists()


@pytest.mark.parametrize(
    "text", ["", "code,name\n", "nama;kode\nx;y\n", "code,name,level,parent\n", "code,name,level,parent\n\n\n"]
)
def test_what_is_no_list_is_unreadable(write, text):
    with pytest.raises(CommandError) as caught:
        load(write(text))
    assert caught.value.returncode == 2


def test_other_files_are_unreadable(write, tmp_path):
    for path in (tmp_path / "missing.csv", tmp_path, write("code,näme", encoding="utf-16")):
        with pytest.raises(CommandError) as caught:
            load(path)
        assert caught.value.returncode == 2


def test_a_whole_province_is_loaded():
    path = SHARED / "regions_sumbar.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    load(path)
    assert Region.objects.filter(pk__startswith="13.72").count() == 16
    assert Region.objects.villages().count() > 1000


def _feature(code, ring=((100.0, -1.0), (100.2, -1.0), (100.2, -0.8), (100.0, -0.8), (100.0, -1.0)), **properties):
    return {
        "type": "Feature",
        "id": code,
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [[list(point) for point in ring]]},
    }


def _collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_boundaries_give_shape_and_centre(write, capsys):
    load(write(GOOD))
    path = write(_collection(_feature("13.74.01.1001"), _feature("13.74.01", lat=-0.9, lng=100.05)), "b.geojson")
    load(path, "load_boundaries")
    village = Region.objects.get(pk="13.74.01.1001")
    assert village.boundary["type"] == "Polygon"
    assert (float(village.lat), float(village.lng)) == (-0.9, 100.1)
    assert float(Region.objects.get(pk="13.74.01").lng) == 100.05
    load(path, "load_boundaries")
    assert "0 boundaries changed, 2 as before" in capsys.readouterr().out


def test_wrong_boundaries_are_refused_whole(write):
    load(write(GOOD))
    swapped = _feature("13.74", ring=((-1.0, 100.0), (-1.0, 100.2), (-0.8, 100.2), (-1.0, 100.0)))
    point = {"type": "Feature", "id": "13", "geometry": {"type": "Point", "coordinates": [100, -1]}}
    path = write(
        _collection(_feature("13.74.01"), _feature("99.99"), _feature("13.74.01"), swapped, point, 5, _feature("x")),
        "b.geojson",
    )
    with pytest.raises(CommandError) as caught:
        load(path, "load_boundaries")
    text = str(caught.value)
    assert caught.value.returncode == 1
    for part in (
        "feature 2: the region 99.99 is not loaded",
        "feature 3: 13.74.01 stands in the file twice",
        "feature 4: the coordinates of 13.74 are not longitude and latitude",
        "feature 5: 13 has no Polygon",
        "feature 6: is no feature",
        "feature 7: its id “x” is no region code",
    ):
        assert part in text
    assert not Region.objects.exclude(boundary=None).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"features": []}', "[" * 100_000])
def test_what_is_no_geojson_is_unreadable(write, text):
    with pytest.raises(CommandError) as caught:
        load(write(text, "b.geojson"), "load_boundaries")
    assert caught.value.returncode == 2
