#!/bin/sh
# Richtet formservice ohne Netz ein:  ./installieren.sh ZIELORDNER [PYTHON]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 1 ]; then
  echo "Aufruf: ./installieren.sh ZIELORDNER [PYTHON]   (etwa /opt/formservice)" >&2
  exit 2
fi
target=$1
read -r version machine < "$here/python.txt"
python=${2:-python$version}

fail() { echo "Fehler: $1" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 || python=python3
command -v "$python" >/dev/null 2>&1 || fail "Python $version fehlt (Debian-Pakete: python3 python3-venv)."
found=$("$python" -c 'import platform, sys; print("%d.%d %s" % (*sys.version_info[:2], platform.machine()))')
[ "$found" = "$version $machine" ] || fail "Dieses Paket ist für Python $version auf $machine gebaut, hier ist $found."
"$python" -c 'import ensurepip, venv' 2>/dev/null || fail "Das Debian-Paket python3-venv fehlt."

echo "Prüfe, ob alles unverändert ist …"
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || fail "Das Paket ist beschädigt. Bitte noch einmal kopieren."

if [ -e "$target" ] && [ ! -e "$target/.venv" ] && [ -n "$(ls -A "$target")" ]; then
  fail "$target enthält schon etwas anderes."
fi

echo "Installiere nach $target …"
mkdir -p "$target/bin"
"$python" -m venv --clear "$target/.venv"
"$target/.venv/bin/python" -m pip --disable-pip-version-check install --quiet \
  --no-index --find-links "$here/wheels" --no-deps --require-hashes -r "$here/requirements.txt"
for one in form_templates mappings samples docs examples deploy build README.md CHANGELOG.md; do
  [ -e "$here/$one" ] || continue
  rm -rf "${target:?}/$one"
  cp -R "$here/$one" "$target/$one"
done
target=$(cd "$target" && pwd)
# Formulare und Gestaltung liegen neben dem Programm; wer andere hat, setzt FORMSERVICE_FORMS selbst.
cat > "$target/bin/formservice" <<END
#!/bin/sh
FORMSERVICE_FORMS=\${FORMSERVICE_FORMS:-$target}
export FORMSERVICE_FORMS
exec $target/.venv/bin/formservice "\$@"
END
chmod 755 "$target/bin/formservice"

missing=""
if command -v dpkg-query >/dev/null 2>&1; then
  while read -r package; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
  done < "$here/debian-pakete.txt"
fi
"$target/bin/formservice" --version
if [ -n "$missing" ]; then
  echo "Noch zu installieren (Debian):$missing"
  echo "Ohne die Pakete tesseract-… wird in Bildern kein Text erkannt; postgresql braucht nur, wer es statt der eingebetteten Datenbank will."
fi
echo "Fertig. Weiter mit: $target/bin/formservice check"
