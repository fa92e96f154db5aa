"""Every claim, in the order of the paper: whoever wants them all asks here."""

from modgrow.verdict.claim import claims_of
from modgrow.verdict.claims import (
    controls,
    fig2a,
    fig2b,
    fig2c,
    fig3,
    fig4,
    fig5,
    fig6a,
    fig6b,
    mechanism,
    suffices,
    units,
)

CLAIMS = claims_of(fig2a, fig2b, fig2c, fig3, fig4, fig5, fig6a, fig6b, mechanism, suffices, units, controls)
