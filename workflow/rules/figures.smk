# One rule per figure panel of the paper; each draws a table and computes nothing.


rule fig2a:
    input:
        f"{RESULTS}/tables/learning_curves.parquet",
    output:
        svg=report(f"{RESULTS}/figures/fig2a.svg", **shown("fig2a")),
        png=f"{RESULTS}/figures/fig2a.png",
    log:
        f"{RESULTS}/logs/fig2a.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig2a.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("fig2a"),
        id=lambda w: identity("fig2a", arms=settings_of(SETTINGS.comparison), note=note(SETTINGS.comparison)),
    shell:
        "{params.run} --id {params.id:q}"
        " --table {input:q} --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule fig2b:
    input:
        f"{RESULTS}/tables/parameters.parquet",
    output:
        svg=report(f"{RESULTS}/figures/fig2b.svg", **shown("fig2b")),
        png=f"{RESULTS}/figures/fig2b.png",
    log:
        f"{RESULTS}/logs/fig2b.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig2b.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("fig2b"),
        id=lambda w: identity("fig2b", arms=settings_of(SETTINGS.comparison), note=note(SETTINGS.comparison)),
    shell:
        "{params.run} --id {params.id:q}"
        " --table {input:q} --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule fig1:
    input:
        modular=lambda w: f"{RESULTS}/networks/{FIG1[0]}/seed_0.safetensors",
        flat=lambda w: f"{RESULTS}/networks/{FIG1[1]}/seed_0.safetensors",
    output:
        svg=report(f"{RESULTS}/figures/fig1.svg", **shown("fig1")),
        png=f"{RESULTS}/figures/fig1.png",
    log:
        f"{RESULTS}/logs/fig1.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig1.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("fig1"),
        id=lambda w: identity("fig1", modules=4, note=note(FIG1)),
    shell:
        "{params.run} --id {params.id:q} --modular {input.modular:q} --flat {input.flat:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule fig2c:
    input:
        f"{RESULTS}/tables/generalisation.parquet",
    output:
        svg=report(f"{RESULTS}/figures/fig2c.svg", **shown("fig2c")),
        png=f"{RESULTS}/figures/fig2c.png",
    log:
        f"{RESULTS}/logs/fig2c.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig2c.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("fig2c"),
        id=lambda w: identity(
            "fig2c",
            arms=settings_of(SETTINGS.generalisation.arms),
            note=note(SETTINGS.generalisation.arms, "generalisation"),
        ),
    shell:
        "{params.run} --id {params.id:q} --table {input:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule fig3:
    input:
        f"{RESULTS}/tables/perturbation.parquet",
    output:
        svg=report(f"{RESULTS}/figures/fig3.svg", **shown("fig3")),
        png=f"{RESULTS}/figures/fig3.png",
    log:
        f"{RESULTS}/logs/fig3.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig3.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("fig3"),
        id=lambda w: identity(
            "fig3",
            arms=settings_of(SETTINGS.comparison),
            threshold=SETTINGS.perturbation.threshold,
            note=note(SETTINGS.comparison, "perturbation"),
        ),
    shell:
        "{params.run} --id {params.id:q} --table {input:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule fig4:
    input:
        f"{RESULTS}/tables/timescales.parquet",
    output:
        svg=report(f"{RESULTS}/figures/fig4.svg", **shown("fig4")),
        png=f"{RESULTS}/figures/fig4.png",
    log:
        f"{RESULTS}/logs/fig4.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig4.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("fig4"),
        id=lambda w: identity(
            "fig4",
            arms=settings_of(SETTINGS.timescales.arms),
            max_lag=SETTINGS.timescales.max_lag,
            note=note(SETTINGS.timescales.arms, "timescales"),
        ),
    shell:
        "{params.run} --id {params.id:q} --table {input:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule fig5:
    input:
        perturbation=f"{RESULTS}/tables/perturbation.parquet",
        conservation=f"{RESULTS}/tables/conservation.parquet",
    output:
        svg=report(f"{RESULTS}/figures/fig5.svg", **shown("fig5")),
        png=f"{RESULTS}/figures/fig5.png",
    log:
        f"{RESULTS}/logs/fig5.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig5.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("fig5"),
        id=lambda w: identity(
            "fig5", arm=SETTINGS.pathways, arms=settings_of(CHAINS), note=note(CHAINS, "perturbation")
        ),
    shell:
        "{params.run} --id {params.id:q} --perturbation {input.perturbation:q} --conservation {input.conservation:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule fig6:
    input:
        f"{RESULTS}/tables/learning_curves.parquet",
    output:
        svg=report(f"{RESULTS}/figures/fig6.svg", **shown("fig6")),
        png=f"{RESULTS}/figures/fig6.png",
    log:
        f"{RESULTS}/logs/fig6.log",
    benchmark:
        f"{RESULTS}/benchmarks/fig6.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("fig6"),
        id=lambda w: identity(
            "fig6", panels=list(map(list, FIG6_PANELS.items())), arms=settings_of(FIG6), note=note(FIG6)
        ),
    shell:
        "{params.run} --id {params.id:q} --table {input:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule n200:
    input:
        f"{RESULTS}/tables/learning_curves.parquet",
    output:
        svg=report(f"{RESULTS}/figures/n200.svg", **shown("n200")),
        png=f"{RESULTS}/figures/n200.png",
    log:
        f"{RESULTS}/logs/n200.log",
    benchmark:
        f"{RESULTS}/benchmarks/n200.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("n200"),
        id=lambda w: identity("n200", arms=settings_of(DRIVEN), note=note(DRIVEN)),
    shell:
        "{params.run} --id {params.id:q} --table {input:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"
