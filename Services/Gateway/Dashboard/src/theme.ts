import type { RiskBand } from "./api/contracts";

/** Least score of each band, as Prediction's standard rules have them; where the bands are drawn behind a risk line. */
export const bandFloors: Record<RiskBand, number> = { low: 0, moderate: 0.2, high: 0.4, critical: 0.7 };

/** The class that gives a mark its band's colour; the colours themselves are in styles/theme.css. */
export const bandClass = (band: RiskBand | undefined): string => (band === undefined ? "band-none" : `band-${band}`);

/** Fewest learners on each side before two rates are set against each other. */
export const learnersToCompare = 30;
