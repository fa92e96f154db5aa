# Networks that take apart growth, freezing and heads of their own (`snakemake controls`): one job each.

CONTROLS = plan_controls.controls(SETTINGS)


rule train_control:
    output:
        f"{RESULTS}/controls/{{arm}}/seed_{{seed}}.parquet",
    log:
        f"{RESULTS}/logs/train_control/{{arm}}/seed_{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_control/{{arm}}/seed_{{seed}}.tsv"
    wildcard_constraints:
        arm="|".join(map(re.escape, CONTROLS)),
    conda:
        "../../envs/modgrow.yaml"
    threads: 1
    resources:
        mem_mb=lambda w, attempt: memory_mb(plan_controls.memory_mb(CONTROLS[w.arm]), attempt),
        runtime=lambda w, attempt: minutes(60, attempt),
    params:
        run=job("train_control"),
        id=control_id,
    shell:
        "{params.run} --id {params.id:q} --threads {threads} --output {output:q} 2> {log:q}"
