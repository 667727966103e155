#!/bin/sh
# Installs Headcount with its locked dependencies: what the image has beside Python.
#
# usage: install.sh SOURCE TARGET
#
# TARGET becomes a virtual environment without pip, which nobody may write to. It has to be made
# where it will be used: its programs name it. PYTHON, if set, is the Python to make it with.
set -eu
source=$1
target=$2
python=${PYTHON:-python3}
tools=$target.tools

install_into() {
  into=$1
  shift
  "$python" -m pip --python "$into/bin/python" --disable-pip-version-check \
    install --quiet --no-compile "$@"
}

"$python" -m venv --without-pip "$tools"
install_into "$tools" --require-hashes -r "$source/requirements/build.lock"
(cd "$source" && "$tools/bin/python" -m hatchling build --target wheel --directory "$tools/wheel")

"$python" -m venv --without-pip "$target"
install_into "$target" --require-hashes -r "$source/requirements/runtime.lock"
install_into "$target" --no-deps "$tools"/wheel/headcount-*.whl
# By all cores, which pip does not. A process that may not write has to find its bytecode.
"$target/bin/python" -m compileall -q -j 0 "$target/lib"
cp "$source/deploy/healthcheck.py" "$target/healthcheck.py"

rm -r "$tools"
chmod -R a-w,a+rX "$target"
