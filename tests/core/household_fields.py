"""A field list for tests of header matching, from the headers that public systems print."""

from core.sheets import FieldSpec

FIELDS = (
    FieldSpec(
        "kk",
        (
            "No KK",
            "NO. KK",
            "NOMOR KK",
            "NO_KK",
            "NOKK",
            "Nomor Kartu Keluarga",
            "idkk",
            "no kartu keluarga",
            "nomor_kartu_keluarga",
        ),
        kind="kk",
    ),
    FieldSpec(
        "nik",
        ("NIK", "NO NIK", "No. NIK", "Nomor NIK", "nik_art", "NIK KTP", "nomor_induk_kependudukan", "403 NIK"),
        kind="nik",
        required=True,
    ),
    FieldSpec("head_name", ("Nama KRT", "Nama Kepala Keluarga", "Kepala Keluarga", "NAMA KK", "nama_kepala_keluarga")),
    FieldSpec(
        "name",
        ("NAMA", "Nama Lengkap", "NAMA ART", "Nama Penduduk", "nama_anggota", "NAMA PENERIMA", "402 Nama"),
        required=True,
    ),
    FieldSpec("sex", ("JK", "L/P", "Jenis Kelamin", "Kelamin", "sex", "405"), kind="sex"),
    FieldSpec(
        "place_date", ("TTL", "Tempat, Tanggal Lahir", "Tempat/Tgl Lahir", "Tempat Tgl Lahir"), kind="place_date"
    ),
    FieldSpec("birth_place", ("Tempat Lahir", "tempatlahir")),
    FieldSpec("birth_date", ("Tgl Lahir", "Tanggal Lahir", "tanggallahir", "406"), kind="date"),
    FieldSpec(
        "relation",
        (
            "SHDK",
            "Hubungan",
            "kk_level",
            "Status Hubungan Dalam Keluarga",
            "Hub Keluarga",
            "Hubungan dengan Kepala Keluarga",
        ),
        words=("kepala keluarga", "istri", "suami", "anak", "orang tua", "mertua", "famili lain", "cucu", "menantu"),
    ),
    FieldSpec("desil", ("Desil", "DESIL_NASIONAL", "Peringkat", "Desil Kesejahteraan"), kind="number"),
    FieldSpec("kelurahan", ("Desa/Kel", "Kelurahan", "nama_kel", "DESA", "Desa/Kelurahan", "kelurahan_desa")),
    FieldSpec("district", ("Kecamatan", "nama_kec")),
    FieldSpec("rt_rw", ("RT/RW",), kind="rt_rw"),
    FieldSpec("rt", ("RT",)),
    FieldSpec("rw", ("RW",)),
    FieldSpec("address", ("Alamat", "ALAMAT DOMISILI", "Jorong/Dusun")),
    FieldSpec("hamlet", ("Dusun",)),
    FieldSpec("floor", ("303", "Jenis Lantai", "jenis_lantai_terluas", "STATUS LANTAI")),
)
