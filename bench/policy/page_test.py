"""python3 -m unittest discover -s bench/policy -p '*_test.py'"""
import unittest

import judge, page


def policy(name, missed, ratio, **more):
    return {"policy": name, "missed_percent": missed, "ratio_to_optimum": ratio, **more}


TRACE = {
    "trace": "t",
    "policies": [policy("ebb", 0.5, 1.1), policy("hpa", 0.4, 1.3), policy("foresight", 0, 1.01)],
    "frontier": [policy("ebb", 0.5, 1.1, knob=1), policy("ebb", 0.04, 1.6, knob=6),
                 policy("hpa", 0.05, 1.4, knob=70), policy("hpa", 1.0, 1.2, knob=80)]}


class PageTest(unittest.TestCase):
    def test_where_a_rival_was_not_beaten_stands_with_the_settings_next_to_it(self):
        rows = [line for line in page.lost([TRACE], ("hpa",)) if line.startswith("| t")]
        self.assertEqual(len(rows), 1)
        self.assertIn("hpa at 70 1.400 / 0.05", rows[0])
        self.assertIn("1.600 / 0.04 and 1.100 / 0.5", rows[0])
        self.assertIn("1.010 / 0", rows[0])

    def test_a_default_with_more_misses_stands_with_what_foresight_would_have_given(self):
        rows = [line for line in page.worse([TRACE]) if line.startswith("| t")]
        self.assertEqual(rows, ["| t | 1.100 / 0.5 | 1.300 / 0.4 | 1.010 / 0 |"])

    def test_the_page_has_every_target_with_its_verdict(self):
        found = {"load": judge.targets([TRACE], ("hpa",))}
        text = "\n".join(page.page("f", {"load": [TRACE]}, found, {"load": ("hpa",)}, "because"))
        for target in found["load"]:
            self.assertIn(target["target"], text)
        self.assertIn("**missed**", text)
        self.assertTrue(text.endswith("because"))


if __name__ == "__main__":
    unittest.main()
