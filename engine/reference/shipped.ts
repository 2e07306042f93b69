/**
 * What the product ships for runs that have nothing of their own: calibration, minute profiles, parameter hashes.
 * The calibration is fitted on the invented market (seeds 1–40) and says so: `confidenceSource: synthetic`.
 */
import type { Bundle, Calibration, MinuteProfile } from '../../contracts/bundle.ts';
import { bytesOf, encode } from '../../contracts/codec.ts';
import type { Config } from '../../contracts/config.ts';
import { strategiesOf } from '../detectors/strategies.ts';
import { sha256 } from '../log/hash.ts';
import boardProfile from './board-profile.json' with { type: 'json' };
import calibration from './calibration.json' with { type: 'json' };

export const shippedCalibration = calibration as Record<string, Calibration>;

/** The strategies of a day, one for each detector that is not off. @throws FenshiError CONFIG_INVALID */
export const registeredDetectors = (config: Pick<Config, 'detectors'>): Bundle['detectors'] =>
  strategiesOf(config.detectors).flatMap(({ detector, mode, params }) =>
    mode === 'off'
      ? []
      : [
          {
            id: detector.id,
            detector: detector.id,
            version: detector.version,
            mode,
            modelId: null,
            params,
            paramHash: sha256(encode(params)).slice(0, 16),
          },
        ],
  );

/** The minute profile of a symbol without ten days of its own: the invented market's mean over 300 symbols. */
export const shippedProfile = (): MinuteProfile => ({
  id: 'board',
  amountShare: bytesOf(Float64Array.from(boardProfile.amountShare)).slice(),
  lnMad: bytesOf(Float64Array.from(boardProfile.lnMad)).slice(),
  varShare: bytesOf(Float64Array.from(boardProfile.varShare)).slice(),
  narMean: null,
  narSd: null,
  amountQ99: null,
});
