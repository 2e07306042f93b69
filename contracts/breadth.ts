/** Lower edges of the bins that gains are counted in, as shares; the first bin has none, the two in the middle meet at zero. */
export const breadthEdges = [-0.07, -0.05, -0.03, -0.01, 0, 0.01, 0.03, 0.05, 0.07] as const;
