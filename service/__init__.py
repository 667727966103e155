"""Everything of Headcount that is not a job: broker, telemetry, sidecar, local stack, commands."""
