"""python3 -m unittest discover -s bench/policy -p '*_test.py'"""
import math, unittest

import judge


def trace(name, ebb, rivals, usual=None):
    """Points are (missed, ratio); the knob is the point's number."""
    frontier = [{"policy": policy, "knob": i, "missed_percent": m, "ratio_to_optimum": c}
                for policy, line in {"ebb": ebb, **rivals}.items() for i, (m, c) in enumerate(line)]
    policies = [{"policy": p, "missed_percent": m, "ratio_to_optimum": c}
                for p, (m, c) in (usual or {}).items()]
    return {"trace": name, "frontier": frontier, "policies": policies}


class JudgeTest(unittest.TestCase):
    def test_between_two_settings_the_cost_is_log_linear(self):
        line = [(0.01, 2.0), (1.0, 1.0)]
        self.assertAlmostEqual(judge.cost_at(line, 0.1), math.sqrt(2))
        self.assertAlmostEqual(judge.cost_at(line, 0.01), 2.0)
        self.assertEqual(judge.cost_at(line, 3), 1.0)
        self.assertIsNone(judge.cost_at(line, 0.009))

    def test_what_another_setting_beats_is_no_part_of_the_frontier(self):
        one = trace("t", [(0.1, 1.5), (0.2, 1.6), (0.3, 1.2), (0.0, 3.0)], {})
        self.assertEqual(judge.frontier(one, "ebb"), [(0.0, 3.0), (0.1, 1.5), (0.3, 1.2)])

    def test_only_rivals_within_the_range_count(self):
        one = trace("t", [(0.01, 1.2)], {"hpa": [(0.019, 2), (0.02, 2), (5, 2), (5.1, 2)]})
        self.assertEqual([d["missed_percent"] for d in judge.duels([one])], [0.02, 5])

    def test_a_frontier_that_does_not_come_down_has_lost(self):
        one = trace("t", [(0.5, 1.1)], {"hpa": [(0.1, 1.5), (1, 1.5)]})
        wherever = judge.targets([one])[0]
        self.assertFalse(wherever["met"])
        self.assertEqual(len(wherever["where_not"]), 1)
        self.assertIn("never so few misses", wherever["where_not"][0])

    def test_the_mean_saving_is_geometric(self):
        found = [{"ebb_ratio": 1.0, "rival_ratio": 2.0}, {"ebb_ratio": 2.0, "rival_ratio": 1.0}]
        self.assertAlmostEqual(judge.mean_saving(found), 0)
        self.assertIsNone(judge.mean_saving([]))

    def test_the_defaults_are_judged_with_the_tolerance(self):
        near = trace("a", [], {}, {"ebb": (0.11, 1.1), "hpa": (0.1, 1.3)})
        far = trace("b", [], {}, {"ebb": (0.13, 1.1), "hpa": (0.1, 1.3)})
        dear = trace("c", [], {}, {"ebb": (0.0, 1.3), "hpa": (0.1, 1.3)})
        self.assertEqual([r["good"] for r in judge.defaults([near, far, dear])],
                         [True, False, False])

    def test_nothing_to_compare_meets_nothing(self):
        self.assertFalse(any(t["met"] for t in judge.targets([])))


if __name__ == "__main__":
    unittest.main()
