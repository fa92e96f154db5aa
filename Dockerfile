# The environment of `make setup` as an image; the workflow is the checkout it is started in, results and all.
#   docker build -t modgrow .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/modgrow" modgrow --cores 8
#   apptainer build modgrow.sif docker-daemon://modgrow:latest && apptainer run modgrow.sif --cores 8
FROM python:3.11-slim-bookworm

# PyTorch's index has the CPU build of the version locked; PyPI's own would bring 3 GB of CUDA along.
COPY requirements.lock /
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
    --requirement /requirements.lock

# A user unknown in here (--user) has neither a name, which Snakemake asks for, nor a home for its caches.
ENV USER=modgrow HOME=/tmp
WORKDIR /modgrow
ENTRYPOINT ["snakemake"]
