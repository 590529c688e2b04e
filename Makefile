PY := .venv/bin/python

.PHONY: help setup demo page test lint
help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup:  ## build .venv (two minutes, once)
	@bash tools/setup.sh

demo: setup  ## train plain and WiiD on a small generated set and compare them by day and by night
	@OMP_NUM_THREADS=1 $(PY) -W ignore tools/demo.py

page: setup  ## try it in the browser, without training: http://127.0.0.1:7860
	@OMP_NUM_THREADS=1 $(PY) -W ignore tools/app.py $(PAGE)

test: setup  ## run the tests; PYTEST="-n 2" takes two processes
	@OMP_NUM_THREADS=1 $(PY) -m pytest -q -p no:cacheprovider $(PYTEST)

lint: setup  ## check style, spelling and types
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/codespell && .venv/bin/mypy
