"""Indicators that every plan for reducing poverty (RPKD) follows; a city adds its own in the administration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IndicatorFact:
    """Code, name, unit, whether lower or higher is better, decimals shown, what it means."""

    code: str
    name: str
    unit: str
    better: str = "lower"
    decimals: int = 2
    note: str = ""


INDICATORS = (
    IndicatorFact("p0", "Persentase penduduk miskin (P0)", "%", note="Penduduk di bawah garis kemiskinan, BPS Susenas"),
    IndicatorFact("poor", "Jumlah penduduk miskin", "jiwa", decimals=0, note="BPS Susenas"),
    IndicatorFact("line", "Garis kemiskinan", "rupiah per kapita per bulan", "higher", 0, "BPS Susenas"),
    IndicatorFact("p1", "Indeks kedalaman kemiskinan (P1)", "indeks", note="BPS Susenas"),
    IndicatorFact("p2", "Indeks keparahan kemiskinan (P2)", "indeks", note="BPS Susenas"),
    IndicatorFact("extreme", "Persentase penduduk miskin ekstrem", "%", note="Garis kemiskinan ekstrem nasional"),
    IndicatorFact("tpt", "Tingkat pengangguran terbuka (TPT)", "%", note="BPS Sakernas, Agustus"),
    IndicatorFact("ipm", "Indeks pembangunan manusia (IPM)", "indeks", "higher", note="BPS"),
    IndicatorFact("gini", "Rasio Gini", "rasio", decimals=3, note="BPS Susenas"),
    IndicatorFact("growth", "Pertumbuhan ekonomi", "%", "higher", note="BPS, PDRB harga konstan"),
)

# Kota Solok as press and BPS summaries printed it; publications revise figures, so each keeps its source.
KNOWN = {
    "p0": {2016: "3.86", 2017: "3.66", 2018: "3.30", 2020: "2.77", 2021: "3.12", 2023: "3.05", 2024: "3.07"},
    "poor": {2024: "2400"},
    "tpt": {2022: "3.90", 2023: "3.72"},
    "ipm": {2022: "79.35", 2023: "79.66", 2024: "80.60"},
    "gini": {2021: "0.277", 2023: "0.256"},
    "growth": {2022: "4.60", 2023: "4.81", 2024: "4.55"},
}
KNOWN_TARGETS = {"p0": {2024: "2.43", 2025: "2.43"}}
KNOWN_SOURCE = "BPS Kota Solok, ringkasan pers"
