# The few commands of this project. „make“ alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help setup system assets demo screenshots bundle test explore check lint types bench storm accuracy lock

BIN := .venv/bin
SERVE ?= 1
# Tests start Python hundreds of times: it need not translate this project anew each time.
unexport PYTHONDONTWRITEBYTECODE

# Debian packages: OCR with German and all Latin letters; Word to PDF when forms are built; fonts of Arial's and
# Times' widths and the tick characters; pdftotext, pdftoppm and qpdf as second opinion in tests;
# PostgreSQL, of which tests start a server of their own (the one that Debian sets up is not used).
PACKAGES := tesseract-ocr tesseract-ocr-deu tesseract-ocr-script-latn libreoffice-writer-nogui \
            fonts-liberation fonts-dejavu-core poppler-utils qpdf postgresql

# Fonts in which test scans are filled: no one of them may be what a limit was chosen on.
FONTS := fonts-breip fonts-cabin fonts-comic-neue fonts-courier-prime fonts-crosextra-caladea \
         fonts-crosextra-carlito fonts-dkg-handwriting fonts-ebgaramond fonts-femkeklaver \
         fonts-freefont-ttf fonts-hack fonts-humor-sans fonts-inconsolata fonts-lato \
         fonts-liberation-sans-narrow fonts-linuxlibertine fonts-noto-core fonts-open-sans \
         fonts-roboto-unhinted fonts-urw-base35 fonts-vollkorn
bench accuracy: PACKAGES += $(FONTS)

# An IMAP server, of which tests start one of their own. Not where the service is set up: what Debian
# sets up listens to other machines.
test check: PACKAGES += dovecot-imapd
# A browser, in which tests look at every page, and a library of what drives it.
test check screenshots: PACKAGES += chromium libatomic1

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# One thread per OCR run: the machine's cores are shared out by us.
export OMP_THREAD_LIMIT := 1

help:  ## zeigt diese Übersicht
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1|/' | column -t -s '|'

setup: system assets  ## richtet alles ein (einmalig; danach ohne Aufwand)
	@python=""
	for candidate in python3.11 python3 python3.12 python3.13; do
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
	    python=$$candidate; break
	  fi
	done
	[ -n "$$python" ] || { echo "Python 3.11 oder neuer fehlt." >&2; exit 1; }
	wanted="$$(cat requirements.lock pyproject.toml | sha256sum) $$("$$python" -V)"
	if [ "$$(cat .venv/ready 2>/dev/null)" = "$$wanted" ] && $(BIN)/python -c '' 2>/dev/null; then exit 0; fi
	echo "Richte die Python-Umgebung in .venv ein (einige Minuten) …"
	$(BIN)/python -c '' 2>/dev/null || "$$python" -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	echo "$$wanted" > .venv/ready
	echo "Fertig eingerichtet: .venv/bin/formservice"

# Styles and fonts of KERN, and what judges pages in tests. Debian's npm brings hundreds of packages:
# where there is no npm, one from the package index of Python is borrowed and thrown away.
assets:
	@wanted="$$(cat package.json package-lock.json .npmrc assets.lock | sha256sum)"
	if [ "$$(cat build/kern/ready 2>/dev/null)" = "$$wanted" ]; then exit 0; fi
	echo "Hole Gestaltung und Schriften (KERN UX) …"
	npm="npm"
	if ! npm --version >/dev/null 2>&1; then
	  python3 -m venv --clear build/node
	  build/node/bin/python -m pip install --quiet --require-hashes --no-deps -r assets.lock || true
	  npm="build/node/bin/npm"; export PATH="$$PWD/build/node/bin:$$PATH"
	fi
	if ! "$$npm" ci --ignore-scripts --no-audit --no-fund --silent; then
	  echo "Ohne KERN UX weiter: Die Seiten gehen, sehen aber schlicht aus. Später: make assets" >&2; exit 0
	fi
	kern=node_modules/@kern-ux/native; rm -rf build/kern build/axe; mkdir -p build/kern/fira-sans build/axe
	cp $$kern/dist/kern.min.css $$kern/LICENSE.md build/kern/
	for face in Regular:400:normal Italic:400:italic Medium:500:normal SemiBold:600:normal; do
	  IFS=: read -r name weight style <<< "$$face"
	  cp "$$kern/dist/fonts/fira-sans/FiraSans-$$name.woff2" build/kern/fira-sans/
	  printf '@font-face{font-family:"Fira Sans";src:url("fira-sans/FiraSans-%s.woff2") format("woff2");font-weight:%s;font-style:%s;font-display:swap}\n' \
	    "$$name" "$$weight" "$$style" >> build/kern/fonts.css
	done
	chmod 644 build/kern/fira-sans/*
	cp node_modules/axe-core/axe.min.js node_modules/axe-core/LICENSE build/axe/
	rm -rf build/node node_modules
	echo "$$wanted" > build/kern/ready

# Only what is missing is installed. Without apt (no Debian) this says what is needed.
system:
	@wanted="$(PACKAGES)"
	python3 -c 'import ensurepip, venv' 2>/dev/null || wanted="$$wanted python3 python3-venv"
	if ! command -v apt-get >/dev/null; then
	  echo "Kein Debian: bitte selbst bereitstellen, was diesen Paketen entspricht: $$wanted" >&2; exit 0
	fi
	missing=""
	for package in $$wanted; do
	  state=$$(dpkg-query -W -f '$${db:Status-Status}' "$$package" 2>/dev/null || true)
	  [ "$$state" = installed ] || missing="$$missing $$package"
	done
	[ -n "$$missing" ] || exit 0
	root=""
	if [ "$$(id -u)" != 0 ]; then
	  command -v sudo >/dev/null || { echo "Bitte als root installieren:$$missing" >&2; exit 1; }
	  root="sudo"
	fi
	echo "Installiere Debian-Pakete:$$missing"
	# A fresh machine may still be updating itself: wait for its lock instead of failing.
	patient="-qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300"
	$$root apt-get $$patient update
	$$root env DEBIAN_FRONTEND=noninteractive apt-get $$patient -o Dpkg::Use-Pty=0 \
	  install --no-install-recommends -y $$missing >/dev/null

demo: setup  ## erzeugt, liest und prüft alle Beispiele, dann die Weboberfläche (SERVE=0: ohne)
	@if [ "$(SERVE)" != 0 ]; then exec $(BIN)/formservice demo --serve; fi
	$(BIN)/formservice demo

screenshots: setup  ## macht Bilder aller Seiten: build/bilder, und die des Handbuchs
	$(BIN)/python -m tests.web.look.pictures

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types:
	$(BIN)/mypy formservice tests benchmarks

# Three on two cores: many tests wait for a browser, a database or a clock.
test: setup lint types  ## alles, was die CI prüft
	$(BIN)/pytest -n 3 --dist worksteal

explore: setup  ## Eigenschaften mit neuen, zufälligen Beispielen prüfen
	HYPOTHESIS_PROFILE=explore $(BIN)/pytest -n 2 tests/properties tests/domain tests/api/test_schemathesis.py

# The rules and the use cases; what reads, stores and serves is tried by „make test“, or by naming it
# here: make check QUICK=tests/adapters
QUICK ?= tests/domain tests/application tests/casework tests/desk tests/editing tests/portal \
         tests/test_architecture.py tests/test_dependencies.py tests/test_docs.py tests/test_mappings.py
check: setup lint types  ## schnelle Runde (QUICK=Ordner: andere Tests), ohne langsame und fremde Programme
	$(BIN)/pytest -n 2 -m "not slow and not engine" $(QUICK)

bench: setup  ## misst Tempo gegen docxtpl, pypdf, pdfplumber, LibreOffice, OCRmyPDF, Tesseract
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.scans
	$(BIN)/python -m benchmarks.work
	$(BIN)/python -m benchmarks.search
	$(BIN)/python -m benchmarks.archive
	$(BIN)/python -m benchmarks.web
	$(BIN)/python -m benchmarks.desk

bundle: setup  ## packt alles für einen Rechner ohne Netz: dist/formservice-…-offline.tar
	$(BIN)/python deploy/bundle.py

storm: setup  ## beendet 300 Dokumente, während ihre Arbeiter sterben und einfrieren (einige Minuten)
	$(BIN)/python -m benchmarks.storm

accuracy: setup  ## misst an selbst gemachten Scans, wie viel ohne Blick gilt und wie oft das falsch ist
	$(BIN)/python -m benchmarks.accuracy

# A throw-away environment, so that pip-tools and what it needs never get into the lock file.
lock:  ## schreibt requirements.lock aus pyproject.toml neu
	python3 -m venv --clear build/lock
	build/lock/bin/pip install --quiet pip-tools
	build/lock/bin/pip-compile --quiet --upgrade --extra dev --extra s3 --all-build-deps --allow-unsafe \
	  --strip-extras --generate-hashes --no-header --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --no-emit-options --output-file requirements.lock pyproject.toml
