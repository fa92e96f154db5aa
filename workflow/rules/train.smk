# One rule trains every network of the paper. The state to go on from is no output: Snakemake deletes those.


rule train_network:
    output:
        network=f"{RESULTS}/networks/{{arm}}/seed_{{seed}}.safetensors",
        curve=f"{RESULTS}/learning_curves/{{arm}}/seed_{{seed}}.parquet",
    log:
        f"{RESULTS}/logs/train_network/{{arm}}/seed_{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_network/{{arm}}/seed_{{seed}}.tsv"
    priority: lambda w: forecast.work(SETTINGS.arms[w.arm])
    conda:
        "../../envs/modgrow-cuda.yaml" if SETTINGS.device == "cuda" else "../../envs/modgrow.yaml"
    threads: 1
    resources:
        mem_mb=lambda w, attempt: memory_mb(forecast.memory_mb(SETTINGS.arms[w.arm]), attempt),
        runtime=lambda w, attempt: minutes(30, attempt),
        gpu=int(SETTINGS.device == "cuda"),
        device=SETTINGS.device,
    params:
        run=job("train_network"),
        id=network_id,
        state=lambda w, output: places.state_of(output.network),
    shell:
        "{params.run} --id {params.id:q}"
        " --threads {threads} --device {resources.device}"
        " --network {output.network:q} --curve {output.curve:q}"
        " --state {params.state:q}"
        " 2> {log:q}"
