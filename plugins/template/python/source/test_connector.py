import types
import unittest

from connector import Connector


def integration(**settings):
    return types.SimpleNamespace(settings=settings, secrets={})


def pages(**query):
    query = types.SimpleNamespace(**{"action": "rows", "cursor": "", "page_size": 0, "limit": 0, **query})
    return list(Connector().query(integration(path="rows.jsonl"), query))


class ConnectorTest(unittest.TestCase):
    def test_the_lines_of_the_file_come_as_rows_page_by_page(self):
        first, second = pages(page_size=2)
        self.assertEqual([row["order"] for row in first["rows"]], ["WO-1", "WO-2"])
        self.assertEqual(second, {"rows": [{"order": "WO-3", "what": "Filter 5 is due"}]})
        self.assertEqual(pages(cursor=first["next"]), [second])

    def test_settings_without_a_file_are_a_problem_with_its_path(self):
        [problem] = Connector().check(integration())
        self.assertEqual(problem["path"], "settings.path")
