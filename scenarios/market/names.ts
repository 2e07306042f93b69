/**
 * Names of an invented market: two signs of a place that is none and what it does, so that rows can be told apart. That the market is invented is
 * said by its origin, on every page and in every message, never by a name.
 */
const places =
  '云北松栎澄恒鹭砺青海星丹远天望格秋镜雁筑瑶沐遥霁听问启柏拓枕若南玉禾凌晨浮彦岚穹澜汀屿岸峦岭泽川渊陌溪原野汐砚棠桐榆槿芷蘅芃葵蓼荻苇菀';
const seconds = '岭屿塘泉川原汀洲澜峰桥亭台舟湾渚源宁安和远清明朗图锦曜辰宸翎羽衡岳陆野池桓琅珞璟瑄珩珂';
const doings = [
  '电子',
  '科技',
  '医药',
  '能源',
  '软件',
  '重工',
  '光电',
  '材料',
  '生物',
  '机械',
  '通信',
  '化学',
  '汽车',
  '传媒',
  '食品',
  '航空',
  '环境',
  '股份',
  '智能',
  '纺织',
];
const industries = [
  '银行',
  '白酒',
  '石油石化',
  '消费电子',
  '半导体',
  '证券',
  '锂电材料',
  '软件开发',
  '家电',
  '卫星导航',
  '工业金属',
  '保险',
  '食品加工',
  '机器人',
  '化学制药',
  '汽车整车',
  '电网设备',
  '煤炭',
  '光学光电',
  '房地产',
  '工程机械',
  '航运港口',
  '船舶制造',
  '特钢',
  '影视院线',
  '环保',
  '种植业',
  '通用设备',
  '物流',
  '计算机设备',
  '医疗器械',
];

/** Of the `k`-th instrument: no two of the first 48,000 are the same. */
export function instrumentName(k: number): string {
  const place = places[k % places.length]!;
  const second = seconds[Math.floor(k / places.length + 7 * k) % seconds.length]!;
  const doing = doings[Math.floor(k / (places.length * 2) + 3 * k) % doings.length]!;
  return `${place}${second}${doing}`;
}

/** Invented sectors bear the names of kinds of business, marked as invented where the list ends. */
export const industryName = (sector: number): string => industries[sector] ?? `行业${sector + 1}`;
