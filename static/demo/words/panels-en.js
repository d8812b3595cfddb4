/** The words of the panels, in English. */
export const panelsEn = {};
