"""Everyday trade words in English and Chinese: what makes a Chinese question find an English listing, and back.

Written by us. One meaning a line: English ways to say it, `|`, Chinese ways to say it; all ways on a line mean the same
to somebody who wants to buy. English stands in the singular, the stemmer does the rest.
"""

from typing import Final

_LINES: Final = """
cherry | 樱桃, 车厘子
rainier cherry | 雷尼尔樱桃, 白樱桃
apple | 苹果
fuji apple | 富士苹果
pear | 梨, 梨子
orange | 橙子, 橙
mandarin, tangerine | 橘子, 柑橘
lemon | 柠檬
grapefruit | 西柚, 葡萄柚
grape | 葡萄
raisin | 葡萄干
strawberry | 草莓
blueberry | 蓝莓
raspberry | 树莓, 覆盆子
cranberry | 蔓越莓
peach | 桃子, 水蜜桃
plum | 李子
apricot | 杏
mango | 芒果
pineapple | 菠萝
banana | 香蕉
kiwi, kiwifruit | 猕猴桃, 奇异果
avocado | 牛油果, 鳄梨
pomegranate | 石榴
durian | 榴莲
lychee, litchi | 荔枝
longan | 龙眼
watermelon | 西瓜
melon | 甜瓜, 哈密瓜
fruit | 水果
dried fruit | 果干
vegetable | 蔬菜
potato | 土豆, 马铃薯
tomato | 番茄, 西红柿
onion | 洋葱
garlic | 大蒜
ginger | 生姜
mushroom | 蘑菇, 香菇
seafood | 海鲜
king crab | 帝王蟹
snow crab | 雪蟹
dungeness crab | 珍宝蟹
crab | 螃蟹, 蟹
lobster | 龙虾
shrimp, prawn | 虾, 虾仁
scallop | 扇贝
oyster | 生蚝, 牡蛎
clam | 蛤蜊
geoduck | 象拔蚌
abalone | 鲍鱼
sea cucumber | 海参
salmon | 三文鱼, 鲑鱼
smoked salmon | 烟熏三文鱼
tuna | 金枪鱼
cod | 鳕鱼
halibut | 大比目鱼
roe | 鱼籽
caviar | 鱼子酱
fish | 鱼
beef | 牛肉
beef jerky, jerky | 牛肉干
steak | 牛排
pork | 猪肉
ham | 火腿
sausage | 香肠
chicken | 鸡肉
duck | 鸭肉
lamb | 羊肉
egg | 鸡蛋
milk | 牛奶
milk powder, powdered milk | 奶粉
infant formula, baby formula | 婴儿奶粉, 婴幼儿配方奶粉
yogurt, yoghurt | 酸奶
cheese | 奶酪, 芝士
butter | 黄油
honey | 蜂蜜
jam | 果酱
sugar | 糖, 白糖
salt | 盐
rice | 大米
noodle | 面条
pasta | 意面
flour | 面粉
oat, oatmeal | 燕麦, 燕麦片
cereal | 麦片
bread | 面包
biscuit, cookie | 饼干
cake | 蛋糕
chocolate | 巧克力
candy, sweet | 糖果
snack | 零食
nut | 坚果
almond | 杏仁, 巴旦木
walnut | 核桃
pistachio | 开心果
cashew | 腰果
pecan | 碧根果
macadamia | 夏威夷果
hazelnut | 榛子
peanut | 花生
sunflower seed | 葵花籽
olive oil | 橄榄油
cooking oil | 食用油
soy sauce | 酱油
vinegar | 醋
pepper | 胡椒
chili | 辣椒
hot pot | 火锅
sauce | 酱料
coffee | 咖啡
coffee bean | 咖啡豆
tea | 茶, 茶叶
green tea | 绿茶
black tea | 红茶
juice | 果汁
water | 水
wine | 葡萄酒
red wine | 红酒
beer | 啤酒
whisky, whiskey | 威士忌
ginseng | 西洋参, 人参, 花旗参
goji, wolfberry | 枸杞
bird nest | 燕窝
health supplement, dietary supplement | 保健品, 膳食补充剂
vitamin | 维生素
vitamin c | 维生素c, 维c
fish oil | 鱼油
probiotic | 益生菌
calcium | 钙片, 钙
protein powder | 蛋白粉
collagen | 胶原蛋白
melatonin | 褪黑素
gift box, gift set | 礼盒
gift | 礼物, 礼品
fresh | 新鲜, 鲜
frozen | 冷冻, 速冻
dried | 干, 晒干
smoked | 烟熏
organic | 有机
imported | 进口
wild | 野生
cosmetic, makeup | 化妆品, 彩妆
skincare, skin care | 护肤, 护肤品
lipstick | 口红, 唇膏
lip balm | 润唇膏
foundation | 粉底, 粉底液
cushion | 气垫
mascara | 睫毛膏
eyeshadow, eye shadow | 眼影
eyeliner | 眼线笔
blush | 腮红
concealer | 遮瑕
nail polish | 指甲油
perfume, fragrance | 香水
serum | 精华, 精华液
essence | 精华水
toner | 爽肤水, 化妆水
moisturizer, moisturiser | 保湿霜, 保湿
face cream | 面霜
eye cream | 眼霜
hand cream | 护手霜
cream | 霜
lotion | 乳液
body lotion | 身体乳
facial mask, sheet mask, face mask | 面膜
cleanser, face wash | 洗面奶, 洁面乳
makeup remover | 卸妆水, 卸妆油
sunscreen, sunblock | 防晒霜, 防晒
shampoo | 洗发水
conditioner | 护发素
hair dryer, hairdryer | 吹风机, 电吹风
body wash, shower gel | 沐浴露
soap | 香皂, 肥皂
toothpaste | 牙膏
toothbrush | 牙刷
electric toothbrush | 电动牙刷
razor, shaver | 剃须刀
hyaluronic acid | 玻尿酸, 透明质酸
baby | 婴儿, 宝宝
diaper, nappy | 纸尿裤, 尿不湿
baby bottle, feeding bottle | 奶瓶
pacifier | 安抚奶嘴
stroller, pram, pushchair | 婴儿车, 婴儿推车
car seat | 安全座椅
crib, cot | 婴儿床
wet wipe, baby wipe | 湿巾
bib | 围兜
teether | 牙胶
baby food | 辅食
maternity | 孕妇
kid, child, children | 儿童
toy | 玩具
building block | 积木
puzzle, jigsaw | 拼图
doll | 娃娃
plush, plush toy, stuffed animal | 毛绒玩具, 公仔
toy car | 玩具车
remote control | 遥控
robot | 机器人
drone | 无人机
board game | 桌游
model kit | 模型
phone case, mobile case, cellphone case | 手机壳, 手机套, 手机保护套
phone, smartphone, mobile phone, cellphone | 手机
screen protector | 手机膜, 钢化膜, 屏幕保护膜
tempered glass | 钢化玻璃
charger | 充电器
wireless charger | 无线充电器
wireless | 无线
power bank, portable charger | 充电宝, 移动电源
charging cable, usb cable | 数据线, 充电线
cable | 线缆, 电缆
adapter, adaptor | 适配器, 转接头
earphone, earbud | 耳机, 耳塞
headphone, headset | 耳机, 头戴式耳机
bluetooth | 蓝牙
speaker | 音箱, 音响
microphone | 麦克风
smartwatch, smart watch | 智能手表
watch | 手表
watch band, watch strap | 表带
tablet | 平板, 平板电脑
laptop, notebook computer | 笔记本电脑
computer | 电脑
monitor | 显示器
keyboard | 键盘
mouse | 鼠标
mouse pad | 鼠标垫
hard drive | 硬盘
memory card | 存储卡, 内存卡
usb drive, flash drive | u盘
router | 路由器
printer | 打印机
camera | 相机, 摄像头
tripod | 三脚架
phone holder, phone stand, phone mount | 手机支架
selfie stick | 自拍杆
stand, holder | 支架
magnetic | 磁吸
transparent, clear | 透明
silicone | 硅胶
leather | 皮革, 真皮
television, tv | 电视
refrigerator, fridge | 冰箱
washing machine | 洗衣机
air conditioner | 空调
air purifier | 空气净化器
humidifier | 加湿器
vacuum cleaner | 吸尘器
fan | 风扇
heater | 取暖器
rice cooker | 电饭煲
kettle | 电热水壶, 水壶
blender | 搅拌机, 榨汁机
oven | 烤箱
air fryer | 空气炸锅
coffee machine, coffee maker | 咖啡机
lamp | 台灯, 灯具
light | 灯
battery | 电池
kitchen | 厨房
pot | 锅
pan, frying pan | 平底锅, 煎锅
wok | 炒锅
knife | 刀
cutting board | 砧板, 菜板
chopstick | 筷子
bowl | 碗
plate, dish | 盘子
cup, mug | 杯子, 马克杯
thermos, vacuum flask | 保温杯
water bottle | 水杯, 水壶
lunch box | 饭盒, 便当盒
tableware | 餐具
storage box | 收纳盒, 收纳箱
towel | 毛巾
bath towel | 浴巾
bedding | 床上用品
duvet, quilt | 被子
pillow | 枕头
mattress | 床垫
blanket | 毛毯, 毯子
curtain | 窗帘
carpet, rug | 地毯
furniture | 家具
sofa, couch | 沙发
chair | 椅子
desk, table | 桌子
candle | 蜡烛
mirror | 镜子
umbrella | 雨伞
tissue | 纸巾
toilet paper | 卫生纸
detergent | 洗衣液
clothing, clothes, apparel | 服装, 衣服
t-shirt, tee | t恤
shirt | 衬衫
dress | 连衣裙
skirt | 裙子, 半身裙
trousers | 裤子
jeans | 牛仔裤
shorts | 短裤
jacket | 夹克, 外套
coat | 大衣, 外套
down jacket | 羽绒服
sweater, jumper | 毛衣
hoodie | 卫衣
suit | 西装
underwear | 内衣, 内裤
bra | 文胸
sock | 袜子
pajamas, pyjamas | 睡衣
swimsuit, swimwear | 泳衣
scarf | 围巾
glove | 手套
hat | 帽子
cap | 棒球帽
belt | 皮带, 腰带
shoe | 鞋, 鞋子
sneaker, trainer | 运动鞋
running shoe | 跑鞋
boot | 靴子
sandal | 凉鞋
slipper | 拖鞋
bag | 包, 包包
handbag | 手提包
backpack, rucksack | 双肩包, 背包
wallet, purse | 钱包
suitcase, luggage | 行李箱, 拉杆箱
jewelry, jewellery | 珠宝, 首饰
necklace | 项链
ring | 戒指
earring | 耳环
bracelet | 手链, 手镯
sunglasses | 太阳镜, 墨镜
glasses, eyeglasses | 眼镜
silk | 丝绸, 真丝
cotton | 纯棉, 棉
wool | 羊毛
cashmere | 羊绒
woman, women, lady | 女士, 女款, 女
man, men | 男士, 男款, 男
sport | 运动
yoga mat | 瑜伽垫
bicycle, bike | 自行车
tent | 帐篷
sleeping bag | 睡袋
camping | 露营
fishing rod | 鱼竿
football, soccer | 足球
basketball | 篮球
badminton | 羽毛球
table tennis, ping pong | 乒乓球
golf | 高尔夫
car accessory | 汽车配件, 车载
dash cam | 行车记录仪
pet | 宠物
cat food | 猫粮
dog food | 狗粮
cat litter | 猫砂
book | 书, 图书
pen | 钢笔, 笔
pencil | 铅笔
notebook | 笔记本
sticker | 贴纸
stationery | 文具
tool | 工具
christmas | 圣诞, 圣诞节
red | 红色
black | 黑色
white | 白色
blue | 蓝色
green | 绿色
pink | 粉色
"""  # fmt: skip


def _read(line: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    english, _, chinese = line.partition("|")
    return tuple(way.strip() for way in english.split(",")), tuple(way.strip() for way in chinese.split(","))


MEANINGS: Final = tuple(_read(line) for line in _LINES.strip().splitlines())
CHINESE_WORDS: Final = tuple(sorted({way for _, chinese in MEANINGS for way in chinese if len(way) > 1}))
ENGLISH_WORDS: Final = frozenset(word for english, _ in MEANINGS for way in english for word in way.split())
