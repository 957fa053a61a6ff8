# Thin aliases; the work is in CMake, npm and tools/.
.PHONY: deps check

deps:
	@tools/install.sh build test
