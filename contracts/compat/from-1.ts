/** Version 1 spoke of one detector, one instrument and no mode. What it did not say is null or the only value there was. */
type Body = Record<string, unknown>;

/** A journal entry of version 1 as version 2 has it. */
export function entryFrom1(entry: Body): Body {
  if (entry.kind === 'signal') return { ...entry, signal: signalFrom1(entry.signal as Body) };
  if (entry.kind === 'suppressed') {
    const { detector, ...rest } = entry;
    return { ...rest, strategy: detector };
  }
  if (entry.kind === 'transition' && entry.machine === 'opportunity') return { ...entry, data: factsFrom1(entry.data as Body) };
  return entry;
}

function signalFrom1({ detector, version, paramHash, instrument, ...rest }: Body): Body {
  return {
    ...rest,
    strategy: { id: detector, variant: 'rule', version, paramHash, modelId: null, mode: 'active' },
    entity: { kind: 'symbol', key: instrument },
    raised: rest.phase !== 'exit',
    confirmable: rest.phase === 'confirm',
  };
}

function factsFrom1({ instrument, detector, horizonMs, ...rest }: Body): Body {
  return {
    ...rest,
    entity: { kind: 'symbol', key: instrument },
    direction: 'up',
    tracks: { [String(detector)]: { score: rest.score, p: rest.p } },
    timers: horizonMs === null ? {} : { horizon: horizonMs },
    advice: null,
    risks: [],
    rank: null,
  };
}

/** Version 1 named detectors and kept their parameters in the configuration. */
export function bundleFrom1(body: Body): Body {
  const config = body.config as { detectors?: Record<string, unknown> };
  const { detectors: params = {}, ...rest } = config;
  const detectors = (body.detectors as Body[]).map((each) => ({
    ...each,
    detector: each.id,
    mode: 'active',
    modelId: null,
    params: params[String(each.id)] ?? {},
  }));
  return { ...body, v: 2, config: rest, detectors };
}
