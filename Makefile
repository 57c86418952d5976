# Thin wrappers over the CMake presets (CMakePresets.json), which work by hand just as well.
#
#   make mnist    installs what is missing, builds, and trains the digit classifier; results are in build/mnist
#   make test     builds everything and runs all tests
#   make bench    measures against libtorch, if it is installed: table, JSON and picture in build/bench
#   make format   formats the C++ files
#   make clean    removes all builds

.PHONY: mnist test bench format clean dependencies configure

mnist: configure
	cmake --build --preset release --target classification
	mkdir -p build/mnist
	ln -sfn ../../data build/mnist/data
	cd build/mnist && ../release/examples/classification
	@echo "Pictures and the saved model are in build/mnist"

test: configure
	cmake --build --preset release
	ctest --preset release --parallel "$$(nproc)"

bench: configure
	cmake --build --preset release --target benchmarks classification
	benchmarks/run.sh build/release

format:
	scripts/check_format.sh --fix

clean:
	rm -rf build

configure: dependencies
	@cmake --preset release

dependencies:
	@scripts/install-dependencies.sh
