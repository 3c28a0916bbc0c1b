# Two commands do everything, set-up included:  make book  and  make test.
# Another Python than python3:  make book PYTHON=python3.12
BIN     = .venv/bin
READY   = .venv/.ready
NOTEBOOKS = $(sort $(wildcard chapters/*/*.ipynb))

# One BLAS thread a process: with more, a busy machine is slower, not faster.
export OPENBLAS_NUM_THREADS = 1
export OMP_NUM_THREADS = 1
export MKL_NUM_THREADS = 1
# Settings and caches of the reader's own change nothing and need not be writable.
export MPLCONFIGDIR = $(CURDIR)/_build/mplconfigdir
export IPYTHONDIR = $(CURDIR)/_build/ipythondir
# Tools of the environment are found by the programs that make starts; the
# environment itself is made with what was there before.
$(READY): export PATH := $(PATH)
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Jupyter does not start as root (in a container, say) without it.
LAB = jupyter lab $$([ "$$(id -u)" != 0 ] || echo --allow-root)

.DEFAULT_GOAL := help
.PHONY: help book test site-test lighthouse format lint lab edit run bench mutants kernels lock clean always

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

$(READY): always
	@sh .ci/environment "$(PYTHON)"

book: $(READY)  ## build the site: _build/html/index.html
	jupyter-book build --all -W -n --keep-going .

test: $(READY)  ## run every test; every notebook is executed and compared
	pytest

site-test: book  ## open every page in headless Chromium, and every formula in Firefox, too
	pytest tests/site_test.py tests/formulas_test.py

lighthouse: book  ## grade the home page and the heaviest notebooks; needs npm
	python tests/lighthouse.py

format: $(READY)  ## code to 80 columns, Markdown to one sentence a line
	ruff check --fix-only --quiet .
	ruff format .
	python _ext/terms.py
	python _ext/sentences.py

lint: $(READY)  ## check style, workflows and metadata
	ruff check .
	ruff format --check .
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	zizmor --offline --quiet .github
	check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

lab: $(READY)  ## open the reader's notebooks in JupyterLab (exercises to fill in, in my/)
	python _ext/reader.py my
	$(LAB) my

edit: $(READY)  ## open the sources of the notebooks in JupyterLab
	$(LAB) chapters

run: $(READY)  ## execute the sources in place: text outputs are kept, figures are not
	DLNOTES_FIGURES=test python _ext/run.py $(NOTEBOOKS)
	nbstripout --keep-count --keep-id --keep-output-type stream execute_result error \
	  --extra-keys 'metadata.widgets metadata.language_info cell.metadata.execution' $(NOTEBOOKS)

bench: $(READY)  ## print how fast dlnotes is, as ratios to other ways
	python tests/bench.py

mutants: $(READY)  ## flip every operator of the algorithms; the tests must notice each
	python tests/mutants.py

kernels: $(READY)  ## run the notebooks with another set of CPU kernels: same numbers?
	OPENBLAS_CORETYPE=Prescott NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL" \
	  pytest -n 0 -k ipynb

lock: $(READY)  ## choose the newest versions again: writes requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-package dlnotes --group dev \
	  --custom-compile-command 'make lock' -o requirements.lock requirements.txt

clean:  ## remove what was built (my/ is yours and stays)
	rm -rf _build .venv .pytest_cache .ruff_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
