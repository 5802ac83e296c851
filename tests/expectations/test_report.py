"""gate.html and gate.json: shape, and nothing of the feeds' content in them."""

import json
import re

from tests.expectations import small_plan

FEED_KEYS = {"landed", "accepted", "quarantined", "rejected", "reason", "files", "rules"}
SECRET = "Quisenberry"


def test_both_reports_tell_counts_and_no_values(plan):
    rows = [small_plan.row("referrals") for _ in range(30)]
    rows[3]["urgency"], rows[5]["practice_id"] = SECRET, SECRET
    small_plan.write_csv(plan.feeds, "referrals", rows, name="referrals_<b>20260630.csv")
    result = plan.check()
    text, page = (plan.out / "gate.json").read_text(), (plan.out / "gate.html").read_text()
    report = json.loads(text)
    assert report == result.as_json()
    assert set(report) == {"verdict", "feeds"}
    assert len(report["feeds"]) == 22
    assert all(set(feed) == FEED_KEYS for feed in report["feeds"].values())
    referrals = report["feeds"]["referrals"]
    assert referrals["rules"]["urgency.allowed"] == {"severity": "warning", "rows": 1, "gx_rows": 1}
    assert referrals["rules"]["practice_id.known"] == {"severity": "error", "rows": 1, "gx_rows": 1}
    assert set(referrals["files"][0]) == {"name", "sha256", "rows", "file_date"}
    assert SECRET not in text + page
    assert "referrals_&lt;b&gt;20260630.csv" in page
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<b>|https?://|src=", page)
