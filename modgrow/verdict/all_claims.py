"""Every claim, in the order of the paper: whoever wants them all asks here."""

from modgrow.verdict.claim import claims_of
from modgrow.verdict.claims import fig2, fig3, fig4, fig5, fig6

CLAIMS = claims_of(fig2, fig3, fig4, fig5, fig6)
