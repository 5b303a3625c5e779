"""The category tree we ship, in English and Chinese, and which of a merchant's own words lead where in it."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final

# Path, English, Chinese, words that lead here (English in the singular; matched whole, longest first).
_ROWS: Final = """
food|Food|食品|food, grocery, gourmet, 食品
food/fruit|Fresh fruit|新鲜水果|fruit, 水果
food/fruit/cherries|Cherries|车厘子|cherry, 车厘子, 樱桃
food/fruit/apples|Apples|苹果|apple, 苹果
food/fruit/citrus|Citrus|柑橘橙柚|citrus, orange, grapefruit, lemon, 橙, 柑橘
food/fruit/berries|Berries|莓果|berry, blueberry, strawberry, cranberry, 蓝莓, 草莓
food/seafood|Seafood|海鲜水产|seafood, fish, salmon, cod, 海鲜
food/seafood/crab|Crab|蟹类|crab, king crab, snow crab, dungeness, 帝王蟹, 蟹
food/seafood/lobster|Lobster and shellfish|龙虾贝类|lobster, shellfish, scallop, oyster, shrimp, geoduck, 龙虾, 虾, 象拔蚌
food/nuts|Nuts and dried fruit|坚果果干|nut, almond, walnut, pecan, pistachio, hazelnut, macadamia, dried fruit, raisin, 坚果, 果干
food/snacks|Snacks and sweets|零食糖果|snack, candy, chocolate, cookie, biscuit, 零食, 巧克力, 糖果
food/coffee-tea|Coffee and tea|咖啡茶饮|coffee, tea, 咖啡, 茶
food/honey-oils|Honey, oils and spreads|蜂蜜油酱|honey, olive oil, oil & vinegar, jam, spread, maple syrup, 蜂蜜, 橄榄油
food/wine|Wine and spirits|葡萄酒洋酒|wine, spirit, whiskey, whisky, beer, 葡萄酒, 洋酒
food/meat-dairy|Meat and dairy|肉禽乳品|beef, pork, meat, cheese, milk, dairy, butter, 牛肉, 奶酪, 牛奶
beauty|Beauty|美妆个护|beauty, cosmetic, personal care, health & beauty, toiletry, 美妆, 化妆品
beauty/skin-care|Skin care|护肤|skin care, skincare, serum, moisturizer, lotion, face cream, cleanser, sunscreen, toner, 护肤, 面霜, 精华
beauty/face-masks|Face masks|面膜|face mask, sheet mask, 面膜
beauty/make-up|Make-up|彩妆|makeup, make-up, lipstick, mascara, foundation, eyeshadow, 彩妆, 口红
beauty/fragrance|Fragrance|香水香氛|perfume, cologne, fragrance, 香水
beauty/hair|Hair care|美发护发|hair care, shampoo, conditioner, 洗发水, 护发
beauty/body|Bath and body|身体护理|bath & body, body wash, hand cream, soap, deodorant, 沐浴, 护手霜
beauty/oral|Oral care|口腔护理|toothpaste, toothbrush, oral care, 牙膏, 牙刷
baby|Baby|母婴|baby, infant, toddler, baby & toddler, 母婴, 婴儿
baby/formula-food|Formula and baby food|奶粉辅食|infant formula, formula, baby food, puree, 奶粉, 辅食
baby/nappies|Nappies and wipes|纸尿裤湿巾|diaper, nappy, baby wipe, 纸尿裤, 湿巾
baby/feeding|Bottles and feeding|奶瓶喂养|baby bottle, nursing, feeding, bib, 奶瓶
baby/gear|Strollers and car seats|童车座椅|stroller, pram, car seat, baby carrier, 婴儿车, 安全座椅
baby/clothes|Baby clothes|婴儿服装|baby clothes, onesie, romper, 婴儿服
toys|Toys and games|玩具|toy, game, toys & games, 玩具
toys/building|Building toys|积木拼搭|building block, brick, construction set, magnetic tile, 积木
toys/plush|Plush toys|毛绒玩具|plush, stuffed animal, teddy, 毛绒
toys/puzzles|Puzzles and board games|拼图桌游|puzzle, jigsaw, board game, card game, 拼图, 桌游
toys/remote-control|Remote control and drones|遥控玩具|remote control, rc car, drone, 遥控
toys/educational|Learning toys|益智玩具|educational toy, learning toy, science kit, stem toy, 益智
electronics|Electronics|数码电器|electronics, electronic, gadget, 数码, 电子
electronics/phone-cases|Phone cases|手机壳|phone case, mobile phone case, iphone case, 手机壳, 手机保护套
electronics/phone-accessories|Phone accessories|手机配件|phone accessory, screen protector, phone stand, phone holder, mobile phone accessory, 手机配件, 钢化膜
electronics/chargers|Chargers and cables|充电器数据线|charger, usb charger, power bank, usb cable, power adapter, 充电器, 数据线, 充电宝
electronics/audio|Audio|音频设备|headphone, earphone, earbud, speaker, audio, 耳机, 音箱
electronics/computers|Computers and accessories|电脑及配件|computer, laptop, keyboard, mouse, monitor, tablet, 电脑, 键盘, 鼠标
electronics/cameras|Cameras|摄影摄像|camera, video recorder, camera lens, webcam, 相机, 摄像
electronics/smart-home|Smart home|智能家居|smart home, smart plug, led strip, 智能家居
electronics/wearables|Watches and wearables|智能穿戴|smartwatch, fitness tracker, wearable, 智能手表, 手环
home|Home and kitchen|家居厨房|home, home & garden, household, home accessory, 家居
home/kitchen|Kitchen and table|厨房餐具|kitchen, cookware, tableware, mug, drinkware, knife, cutlery, cup, 厨具, 餐具, 杯
home/bedding|Bedding|床上用品|bedding, bed linen, pillow, duvet, blanket, 床品, 枕头, 毛毯
home/decor|Decoration|家居装饰|decor, candle, vase, wall art, ornament, sticker, badge, 装饰, 香薰蜡烛
home/furniture|Furniture|家具|furniture, chair, table, shelf, 家具
home/lighting|Lighting|灯具|lighting, lamp, 灯
home/storage|Storage and cleaning|收纳清洁|storage, organizer, cleaning, 收纳, 清洁
home/garden|Garden|园艺|garden, plant, planter, 园艺
home/tools|Tools|五金工具|tool, hardware, hand tool, 工具, 五金
home/stationery|Stationery|文具|stationery, notebook, notepad, pen, office supply, 文具, 笔记本
clothing|Clothing|服装|clothing, apparel, apparel & accessories, fashion, 服装
clothing/women|Women's clothing|女装|women, womens, women's, ladies, dress, skirt, blouse, lingerie, camisole, jumpsuit, 女装, 连衣裙
clothing/men|Men's clothing|男装|men, mens, men's, trouser, brief, necktie, suit, 男装
clothing/children|Children's clothing|童装|kid, children, kids clothing, boys, girls, 童装
clothing/outerwear|Coats and jackets|外套夹克|outerwear, coat, jacket, blazer, parka, vest, trench coat, 外套, 夹克
clothing/tops|Tops and shirts|上衣衬衫|top, shirt, t-shirt, tee, button-up, button up, sweatshirt, tank top, shirts & tops, 上衣, 衬衫
clothing/knitwear|Knitwear|针织衫|knitwear, knit, sweater, cardigan, 针织衫, 毛衣
clothing/bottoms|Trousers and shorts|裤装|pant, jean, denim, short, legging, 裤
clothing/underwear|Underwear and socks|内衣袜子|underwear, undergarment, sock, hosiery, underwear & socks, 内衣, 袜
clothing/shoes|Shoes|鞋靴|shoe, sneaker, sandal, loafer, flat, 鞋, 靴
clothing/bags|Bags|箱包|bag, handbag, backpack, wallet, luggage, tote, luggage & bags, 箱包, 手提包
clothing/accessories|Accessories|服饰配件|accessory, belt, scarf, hat, cap, beanie, glove, mitten, umbrella, sunglasses, clothing accessory, 配饰, 帽, 围巾, 手套
jewellery|Jewellery|珠宝首饰|jewelry, jewellery, cufflink, 首饰, 珠宝
jewellery/earrings|Earrings|耳饰|earring, 耳环, 耳饰
jewellery/necklaces|Necklaces|项链|necklace, pendant, 项链
jewellery/rings|Rings|戒指|ring, 戒指
jewellery/bracelets|Bracelets|手镯手链|bracelet, bangle, 手链, 手镯
outdoor|Sport and outdoor|运动户外|sport, sporting goods, outdoor, outdoor recreation, fitness, 运动, 户外
outdoor/cycling|Cycling|骑行|cycling, bicycle, bike, fixed gear, saddle, handlebar, bar tape, wheelset, frameset, tire, tube, crank, pedal, stem, grip, seatpost, bottom bracket, head set, headset, freewheel, chain, chainring, chain guard, chain tensioner, cog, fixed cog, lockring, fork, fender, brake, pump, pannier, kickstand, bell, rim tape, foot strap, fgfs, lock, light, basket, bicycle part, scooter, glow series, 自行车, 骑行
outdoor/snow|Ski and snowboard|滑雪|ski, snowboard, snowboard binding, ski binding, snowboard boot, ski boot, goggle, 滑雪
outdoor/helmets|Helmets|头盔|helmet, 头盔
outdoor/camping|Camping and hiking|露营徒步|camping, tent, hiking, sleeping bag, water bottle, headlamp, 露营, 帐篷
outdoor/fishing|Fishing|钓鱼|fishing, fishing rod, 钓鱼
outdoor/training|Training and yoga|健身瑜伽|yoga, dumbbell, training, 瑜伽, 健身
health|Health|健康保健|health, wellness, 健康
health/vitamins|Vitamins and minerals|维生素矿物质|vitamin, mineral, supplement, multivitamin, 维生素, 保健品
health/fish-oil|Fish oil|鱼油|fish oil, omega-3, krill oil, 鱼油
health/protein|Sports nutrition|运动营养|protein, whey, sports nutrition, 蛋白粉
health/ginseng|Ginseng and herbs|参茸草本|ginseng, herbal, 西洋参, 花旗参
health/devices|Health devices|健康器械|massager, thermometer, blood pressure monitor, 按摩, 血压计
pets|Pets|宠物|pet, pet supply, animals & pet supplies, 宠物
pets/dogs|Dogs|狗狗用品|dog, puppy, 狗
pets/cats|Cats|猫咪用品|cat, kitten, 猫
pets/food|Pet food|宠物食品|pet food, dog food, cat food, pet treat, 狗粮, 猫粮
books|Books and media|图书音像|book, magazine, music, vinyl, media, 图书, 书
gifts|Gift cards|礼品卡|gift card, gift certificate, 礼品卡
"""

# Words that say for whom, or nothing: `women's scarves` are scarves, `bike accessories` are for bikes.
_WEAK: Final = frozenset("women womens women's ladies men mens men's kid children boys girls accessory".split())


def tree() -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Every category as its path and its names, parents before children, in the order they are shown."""
    return tuple((path, names) for path, names, _ in _categories())


def category_for(*, product_category: str, kind: str, tags: Iterable[str] = (), title: str = "") -> str:
    """The path where a merchant's own words lead, or empty when none does.

    product_category: a trail such as `Apparel & Accessories > Clothing > Dresses`, its last part tried first; then the
    kind (Shopify's Type), the tags and the title. Of several words in one text the longest wins, then the last.
    """
    parts = [part.strip() for part in product_category.split(">")]
    candidates = [*reversed(parts), kind, *tags, title]
    return next((path for text in candidates if text and (path := _led_to(text))), "")


@cache
def _categories() -> tuple[tuple[str, Mapping[str, str], tuple[str, ...]], ...]:
    rows = []
    for row in _ROWS.strip().splitlines():
        path, english, chinese, words = row.split("|")
        rows.append((path, {"en": english, "zh-hans": chinese}, tuple(word.strip() for word in words.split(","))))
    return tuple(rows)


@cache
def _hints() -> Mapping[str, str]:
    return {word: path for path, _, words in _categories() for word in words}


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(_hints(), key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in words if word.isascii())
    han = "|".join(re.escape(word) for word in words if not word.isascii())
    return re.compile(rf"\b(?:{latin})\b|{han}")


@lru_cache(maxsize=8192)
def _led_to(text: str) -> str:
    found = _pattern().findall(_singular(text.casefold().replace("’", "'")))
    found = [word for word in found if word not in _WEAK] or found
    if not found:
        return ""
    longest = max(len(word) for word in found)
    return _hints()[[word for word in found if len(word) == longest][-1]]


def _singular(text: str) -> str:
    return re.sub(r"[a-z][a-z'-]+", lambda match: _stem(match.group()), text)


@cache
def _parts_of_hints() -> frozenset[str]:
    return frozenset(part for hint in _hints() for part in hint.split())


def _stem(word: str) -> str:
    if word in _hints():
        return word
    endings = (
        (word[:-3] + "y", "ies"),
        (word[:-3] + "f", "ves"),
        (word[:-3] + "fe", "ves"),
        (word[:-2], "es"),
        (word[:-1], "s"),
        (word[:-2], "'s"),
        (word[:-1], "'"),
    )
    stems = [stem for stem, ending in endings if word.endswith(ending)]
    whole = [stem for stem in stems if stem in _hints()]
    if whole or word in _parts_of_hints():
        return whole[0] if whole else word
    return next((stem for stem in stems if stem in _parts_of_hints()), word)
