export const benchLive = async (symbols: number) => ({ symbols, steady: { p50: 0, p99: 0 }, burst: { p50: 0, p99: 0 } });
