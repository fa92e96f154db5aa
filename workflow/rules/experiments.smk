# What is asked of every trained network: a rule, a script and a table of the same name per experiment.

for experiment in PLAN.kinds:

    rule:
        name:
            experiment.name
        input:
            f"{RESULTS}/networks/{{arm}}/seed_{{seed}}.safetensors",
        output:
            f"{RESULTS}/{experiment.name}/{{arm}}/seed_{{seed}}.parquet",
        log:
            f"{RESULTS}/logs/{experiment.name}/{{arm}}/seed_{{seed}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{experiment.name}/{{arm}}/seed_{{seed}}.tsv"
        conda:
            "../../envs/modgrow.yaml"
        threads: 1
        resources:
            mem_mb=memory_of(experiment),
            runtime=minutes_of(experiment),
        params:
            run=job(experiment.script or experiment.name),
            id=experiment_id(experiment),
        shell:
            "{params.run} --id {params.id:q} --threads {threads}"
            " --network {input:q} --output {output:q} 2> {log:q}"
