"""From a description to goods codes: cutting texts, weighing them against labelled ones, asking what decides. All pure."""
