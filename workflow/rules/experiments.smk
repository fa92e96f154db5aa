# What is asked of every trained network: one rule and one small script each.


rule generalise:
    input:
        f"{RESULTS}/networks/{{arm}}/seed_{{seed}}.safetensors",
    output:
        f"{RESULTS}/generalisation/{{arm}}/seed_{{seed}}.parquet",
    log:
        f"{RESULTS}/logs/generalise/{{arm}}/seed_{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/generalise/{{arm}}/seed_{{seed}}.tsv"
    conda:
        "../../envs/modgrow.yaml"
    threads: 1
    resources:
        mem_mb=lambda w, attempt: memory_mb(
            forecast.generalisation_mb(SETTINGS.arms[w.arm], SETTINGS.generalisation), attempt
        ),
        runtime=lambda w, attempt: minutes(60, attempt),
    params:
        run=job("generalise"),
        id=lambda w: identity("generalise", **asked("generalisation", w)),
    shell:
        "{params.run} --id {params.id:q} --threads {threads}"
        " --network {input:q} --output {output:q} 2> {log:q}"


rule perturb:
    input:
        f"{RESULTS}/networks/{{arm}}/seed_{{seed}}.safetensors",
    output:
        f"{RESULTS}/perturbation/{{arm}}/seed_{{seed}}.parquet",
    log:
        f"{RESULTS}/logs/perturb/{{arm}}/seed_{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/perturb/{{arm}}/seed_{{seed}}.tsv"
    conda:
        "../../envs/modgrow.yaml"
    threads: 1
    resources:
        mem_mb=lambda w, attempt: memory_mb(
            max(1500, forecast.perturbation_mb(SETTINGS.arms[w.arm], SETTINGS.perturbation)), attempt
        ),
        runtime=lambda w, attempt: minutes(60, attempt),
    params:
        run=job("perturb"),
        id=lambda w: identity("perturb", **asked("perturbation", w)),
    shell:
        "{params.run} --id {params.id:q} --threads {threads}"
        " --network {input:q} --output {output:q} 2> {log:q}"


rule timescales:
    input:
        f"{RESULTS}/networks/{{arm}}/seed_{{seed}}.safetensors",
    output:
        f"{RESULTS}/timescales/{{arm}}/seed_{{seed}}.parquet",
    log:
        f"{RESULTS}/logs/timescales/{{arm}}/seed_{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/timescales/{{arm}}/seed_{{seed}}.tsv"
    conda:
        "../../envs/modgrow.yaml"
    threads: 1
    resources:
        mem_mb=lambda w, attempt: memory_mb(
            max(1500, forecast.timescales_mb(SETTINGS.arms[w.arm], SETTINGS.timescales)), attempt
        ),
        runtime=lambda w, attempt: minutes(120, attempt),
    params:
        run=job("timescales"),
        id=lambda w: identity("timescales", **asked("timescales", w)),
    shell:
        "{params.run} --id {params.id:q} --threads {threads}"
        " --network {input:q} --output {output:q} 2> {log:q}"


rule conserve:
    input:
        f"{RESULTS}/networks/{{arm}}/seed_{{seed}}.safetensors",
    output:
        f"{RESULTS}/conservation/{{arm}}/seed_{{seed}}.parquet",
    log:
        f"{RESULTS}/logs/conserve/{{arm}}/seed_{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/conserve/{{arm}}/seed_{{seed}}.tsv"
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("conserve"),
        id=lambda w: identity("conserve", **asked("conservation", w)),
    shell:
        "{params.run} --id {params.id:q}" " --network {input:q} --output {output:q} 2> {log:q}"
