"""`afterself verify` tells a person which file is damaged, and leaves with a code that scripts can act on."""

from __future__ import annotations

from pathlib import Path

from command_line import afterself

from afterself.home.folder import Self


def test_a_clean_self_leaves_with_zero_and_a_damaged_one_with_one_and_its_file(fresh_self: Self) -> None:
    ran = afterself("--self", fresh_self.path, "verify")
    assert (ran.code, ran.out) == (0, "Every file is what was written.\n")
    report: Path = fresh_self.reports_dir / "r.html"
    report.write_text("x")
    assert afterself("--self", fresh_self.path, "verify", "--json").json["findings"][0]["note"]
    toml = fresh_self.path / "self.toml"
    toml.write_bytes(toml.read_bytes().replace(b"Anna", b"Anne"))
    ran = afterself("--self", fresh_self.path, "verify", "--json")
    assert ran.code == 1 and not ran.json["ok"]
    assert [one["file"] for one in ran.json["findings"] if not one["note"]] == ["self.toml"]
