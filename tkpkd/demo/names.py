"""Words that invented people and addresses of Minangkabau are made of. No list of real people was used."""

MEN = (
    "Syafrizal Zulfahmi Amrizal Masrizal Irwandi Afrizal Rafles Bustami Darwis Hendra Yusrizal Syamsuar Asril Jasrizal "
    "Efrizal Nasrul Syahrul Zainal Zulkifli Ramli Mawardi Bakhtiar Basri Amiruddin Khairul Novrizal Doni Rinaldi Ronal "
    "Edison Syafrudin Firdaus Marjohan Alimin Yulisman Desrizal Erizal Fauzan Gusrizal Indra Jamaris Kamaruddin Lukman "
    "Munir Nofriadi Rusdi Suardi Taufik Usman Wirman Zaharuddin Adrizal Busril Dasril Elfizal Fakhri Hamdani Idris "
    "Jufri Kasman Maizal Nazaruddin Ospitar Rusmanto Sabirin Tasman Yendrizal Zamzami"
).split()
WOMEN = (
    "Yusmaini Ermawati Nurhayati Desmawarni Asnidar Mardiana Yulinar Rohani Murniati Nurbaiti Syamsidar Yurnalis "
    "Rosmanidar Zuraida Gusniati Hasnah Irdawati Jusmaniar Kartini Lismawati Marlina Nelmawati Osmaniar Rahmawati "
    "Warnidar Yendrawati Zubaidah Afriyanti Betrianis Darmawati Elizawati Fatimah Gustina Hayatun Isnaini Jasmaniar "
    "Kasmawati Leliwarni Misnawati Nurlela Partini Ridawati Salmawati Temawarni Upikwati Wisnarti Yarnelis Zulbaidar "
    "Arlina Busmawati Delfitri Ernawilis Fitriyeni Hasmidar Lasmini Mulyani Netriwati Refnida Silvia Yuliarti"
).split()
MEN_SECOND = "Hendri Putra Eka Rahman Hakim Saputra Efendi Candra Yanto Hamid Anwar Iskandar Bahri".split()
WOMEN_SECOND = "Yanti Wati Fitri Dewi Sari Wahyuni Marni Susanti Juwita Yulita Asih Novita Hartati".split()
BOYS = (
    "Fadhil Rizki Muhammad Ahmad Farhan Ilham Habib Rafi Raihan Dimas Aldi Fikri Hafiz Naufal Zaki Bima Daffa Gilang "
    "Iqbal Rehan Reza Yoga Arif Bagas Fajri Hanif Irfan Luthfi Nabil Rasyid Syafiq Wahyu Zidan"
).split()
BOYS_SECOND = (
    "Ramadhan Maulana Alfarizi Putra Pratama Saputra Hidayat Akbar Hakim Fadilah Syahputra Aulia Kurniawan Ilahi "
    "Rahman Febrian Mubarak"
).split()
GIRLS = (
    "Aisyah Nabila Zahra Siti Intan Putri Nadia Salsabila Khairunnisa Annisa Fitri Rahma Suci Tiara Vina Wulan Yolanda "
    "Cantika Dinda Fadhila Hanifa Keysa Latifa Mutia Naysila Miftahul Sherly Tasya Ulfa Widya"
).split()
GIRLS_SECOND = (
    "Putri Zahara Aulia Rahmadani Anggraini Sari Azzahra Maharani Permata Oktavia Safitri Lestari Khairani Ramadhani "
    "Jannah Humaira"
).split()
SUKU = (
    "Chaniago Caniago Piliang Koto Sikumbang Jambak Tanjung Guci Malayu Melayu Pitopang Bendang Panyalai Kutianyir "
    "Sumagek Supanjang Simabur Payobada"
).split()
OLD_TITLES = ("Malin Sutan", "Sutan Mudo", "Malin Marajo", "Sutan Bagindo", "Pakiah Sutan")

BIRTH_PLACES = (
    ("Solok", 76),
    ("Padang", 5),
    ("Muaro Labuh", 3),
    ("Alahan Panjang", 3),
    ("Sawahlunto", 3),
    ("Bukittinggi", 2),
    ("Batusangkar", 2),
    ("Padang Panjang", 1),
    ("Payakumbuh", 1),
    ("Sijunjung", 1),
    ("Painan", 1),
    ("Jakarta", 1),
    ("Pekanbaru", 1),
)
# Where a NIK was first issued outside the city: Kabupaten Solok, Padang, Tanah Datar, Sijunjung, Sawahlunto, Pekanbaru.
OTHER_ISSUERS = ("130203", "130208", "130211", "137101", "137106", "130407", "130303", "137302", "147104")

# Streets by kelurahan (name); elsewhere the common ones.
STREETS = {
    "Laing": (
        "Jl. Laing Permai",
        "Jl. Simpang Lapan",
        "Jl. Batu Kubung",
        "Jl. Padang Laweh",
        "Gang Surau Baru",
        "Gang Mushalla",
    ),
    "Tanah Garam": (
        "Jl. Datuk Perpatih Nan Sabatang",
        "Jl. Tanah Garam",
        "Jl. Payo",
        "Jl. Bandar Pandung",
        "Gang Sepakat",
        "Jl. Puncak Tabuh",
    ),
}
COMMON_STREETS = (
    "Jl. Jenderal Sudirman",
    "Jl. Lubuk Sikarah",
    "Jl. Perwira",
    "Jl. Tembok Raya",
    "Jl. K.H. Ahmad Dahlan",
    "Jl. Natsir Sutan Pamuncak",
    "Jl. Dr. Hamka",
    "Jl. Sutan Syahrir",
    "Jl. Cengkeh",
    "Jl. Pandan",
    "Jl. Bypass",
    "Gang Surau Gadang",
    "Gang Mushalla",
    "Gang Sawah",
    "Jl. Rawang",
    "Jl. Batang Lembang",
)
SCHOOLS = {
    "SD": ("SDN 03 Laing", "SDN 01 Tanah Garam", "SDN 05 Simpang Rumbio", "SDN 02 Nan Balimo", "SDN 09 Kampung Jawa"),
    "SMP": ("SMPN 1 Solok", "SMPN 2 Solok", "SMPN 3 Solok", "SMPN 4 Solok", "MTsN Kota Solok"),
    "SMA": ("SMAN 1 Solok", "SMAN 2 Solok", "SMAN 4 Solok", "SMKN 1 Solok", "SMKN 2 Solok", "MAN Kota Solok"),
    "PT": (
        "Universitas Andalas",
        "Universitas Negeri Padang",
        "Universitas Mahaputra Muhammad Yamin",
        "UIN Imam Bonjol",
    ),
}

# Label, employment status and line of work (Regsosek codes 418 and 417), weight among the poor, among the others.
OCCUPATIONS = (
    ("Buruh harian lepas", 7, 11, 20, 3),
    ("Petani penggarap", 1, 1, 12, 3),
    ("Buruh tani", 6, 1, 10, 1),
    ("Pedagang sayur", 1, 12, 9, 5),
    ("Pedagang kaki lima", 1, 12, 8, 4),
    ("Tukang ojek", 1, 13, 7, 2),
    ("Tukang bangunan", 7, 11, 7, 3),
    ("Penjahit", 1, 8, 4, 3),
    ("Usaha kue rumahan", 1, 14, 5, 4),
    ("Warung kopi", 2, 14, 3, 5),
    ("Asisten rumah tangga", 4, 25, 4, 1),
    ("Karyawan toko", 4, 12, 5, 9),
    ("Sopir angkutan", 4, 13, 3, 4),
    ("Kuli angkut pasar", 7, 13, 4, 1),
    ("Peternak ayam", 1, 5, 2, 2),
    ("Penambang pasir", 7, 7, 2, 1),
    ("Guru honorer", 4, 21, 1, 6),
    ("Pegawai swasta", 4, 16, 0, 12),
    ("Pegawai negeri sipil", 5, 20, 0, 14),
    ("Pemilik toko", 3, 12, 0, 10),
    ("Perawat", 4, 22, 0, 4),
)
