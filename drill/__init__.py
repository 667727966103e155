"""A fire drill: faults caused in a real stack, and how soon the right alert fires and resolves.

``make drill`` runs all of them, with a real Prometheus and Alertmanager, on rules that wait and
look back a twentieth as long as those that ship. Owns no rules: those are ``alerts/``.
"""
