import json
import os
import tempfile
import types
import unittest

from connector import Connector


def integration(**settings):
    return types.SimpleNamespace(settings=settings, secrets={})


class ConnectorTest(unittest.TestCase):
    def test_a_message_becomes_a_line_of_the_file(self):
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "messages.jsonl")
            sender = Connector().open(integration(path=file))
            values = [types.SimpleNamespace(text="Hello")]
            outcome = sender.send(types.SimpleNamespace(id="dlv_1", action="append", recipient="workshop", values=values))
            self.assertEqual(outcome["kind"], "ACCEPTED")
            with open(file, encoding="utf-8") as lines:
                self.assertEqual(json.load(lines), {"id": "dlv_1", "to": "workshop", "text": "Hello"})

    def test_settings_without_a_file_are_a_problem_with_its_path(self):
        [problem] = Connector().check(integration())
        self.assertEqual(problem["path"], "settings.path")
