# The environment of `make setup` as an image; the workflow is the checkout it is started in, results and all.
#   docker build -t modgrow .                           # for a GPU: docker build --build-arg TORCH_INDEX= -t modgrow .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/modgrow" modgrow --cores 8
#   apptainer build modgrow.sif docker-daemon://modgrow:latest && apptainer run modgrow.sif --cores 8
FROM python:3.11-slim-bookworm

# PyTorch's index has the CPU build of the version locked; PyPI's own would bring 3 GB of CUDA along.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY requirements.lock /
RUN if [ -n "$TORCH_INDEX" ]; then \
        pip install --no-cache-dir --no-deps --extra-index-url "$TORCH_INDEX" "$(grep '^torch==' /requirements.lock)"; fi \
    && pip install --no-cache-dir --requirement /requirements.lock

# A user unknown in here (--user) has neither a name, which Snakemake asks for, nor a home for its caches.
ENV USER=modgrow HOME=/tmp
WORKDIR /modgrow
ENTRYPOINT ["snakemake"]
