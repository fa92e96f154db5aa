# One rule per figure panel of the paper; each draws a table and computes nothing.


rule fig2a:
    input:
        f"{RESULTS}/tables/learning_curves.parquet",
    output:
        svg=f"{RESULTS}/figures/fig2a.svg",
        png=f"{RESULTS}/figures/fig2a.png",
    log:
        f"{RESULTS}/logs/fig2a.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig2a.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        id=identity("fig2a", arms={arm: arm_settings(arm) for arm in SETTINGS.comparison}),
    shell:
        "python workflow/scripts/fig2a.py --id {params.id:q}"
        " --table {input:q} --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule fig2b:
    input:
        f"{RESULTS}/tables/parameters.parquet",
    output:
        svg=f"{RESULTS}/figures/fig2b.svg",
        png=f"{RESULTS}/figures/fig2b.png",
    log:
        f"{RESULTS}/logs/fig2b.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig2b.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        id=identity("fig2b", arms={arm: arm_settings(arm) for arm in SETTINGS.comparison}),
    shell:
        "python workflow/scripts/fig2b.py --id {params.id:q}"
        " --table {input:q} --svg {output.svg:q} --png {output.png:q} 2> {log:q}"
