# Thin aliases; the work is in CMake, npm and tools/.
.PHONY: run build dev test check tsan bench fmt deps test-engines t1-engines release lambda bench-lambda

run: build                    ## build what has changed and start Satchel on http://localhost:8420
	@exec build/satchel serve $(ARGS)

build:                        ## the released form of the binary: build/satchel
	@tools/install.sh build
	@tools/build.sh

dev:                          ## a server with a demo user and the front-end rebuilt on change
	@tools/install.sh build
	@tools/dev.sh

test:                         ## all tests
	@tools/install.sh build test
	@tools/test.sh

check:                        ## fast: law of folders, documents, units
	@tools/test.sh rules units

tsan:                         ## the C++ tests under ThreadSanitizer
	@tools/install.sh build test
	@tools/test.sh tsan

bench:                        ## the figures of docs/benchmarks.md, beside nginx
	@tools/install.sh build bench test
	@tools/build.sh
	@python3 bench/run.py $(ARGS)

ARCH ?= x86_64
lambda:                       ## build/satchel-lambda-ARCH.zip: all functions as AWS Lambdas (ARCH=x86_64 or arm64)
	@tools/install.sh build $(if $(filter arm64,$(ARCH)),arm64)
	@tools/build_lambda.sh $(ARCH)

bench-lambda: lambda          ## how the Lambda starts and what it holds, beside Node.js and Python
	@tools/install.sh lambda
	@python3 bench/lambda/run.py $(ARGS)

test-engines:                 ## adapters and artefacts on engines that others wrote; ARGS='s3 dynamodb' chooses
	@tools/install.sh build test
	@tools/test_engines.py $(ARGS)

t1-engines:                   ## the fault harness over an engine, all of it: hours
	@tools/install.sh build test
	@SATCHEL_T1_RUNS=0 tools/test_engines.py t1

release:                      ## build/satchel-VERSION.tar.gz: binary, functions, page, and what deploys them on AWS
	@tools/install.sh build
	@tools/release.sh

fmt:                          ## format what git says has changed
	@tools/install.sh fmt
	@tools/fmt.sh

deps:
	@tools/install.sh build test
