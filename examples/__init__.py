"""Web applications that enqueue jobs; README.md beside this file takes you through one."""
