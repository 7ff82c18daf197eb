"""The headless side: render-worker processes that claim frames, prepare workspaces and run renderers."""
