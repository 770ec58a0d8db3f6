"""Time zones by country, country by calling code, zones by area code. See distribution/zones.py.

Made from the time zone database (zone.tab) and phonenumbers 9.0.43 (Apache License 2.0): don't edit it.
"""

# fmt: off
COUNTRIES = """
    AD Europe/Andorra; AE Asia/Dubai; AF Asia/Kabul; AG America/Antigua; AI America/Anguilla; AL
    Europe/Tirane; AM Asia/Yerevan; AO Africa/Luanda; AR America/Argentina/Buenos_Aires; AS Pacific/Pago_Pago;
    AT Europe/Vienna; AU Australia/Lord_Howe Australia/Hobart Australia/Broken_Hill Australia/Brisbane
    Australia/Darwin Australia/Perth Australia/Eucla; AW America/Aruba; AX Europe/Mariehamn; AZ Asia/Baku; BA
    Europe/Sarajevo; BB America/Barbados; BD Asia/Dhaka; BE Europe/Brussels; BF Africa/Ouagadougou; BG
    Europe/Sofia; BH Asia/Bahrain; BI Africa/Bujumbura; BJ Africa/Porto-Novo; BL America/St_Barthelemy; BM
    Atlantic/Bermuda; BN Asia/Brunei; BO America/La_Paz; BQ America/Kralendijk; BR America/Noronha
    America/Belem America/Campo_Grande America/Eirunepe; BS America/Nassau; BT Asia/Thimphu; BW
    Africa/Gaborone; BY Europe/Minsk; BZ America/Belize; CA America/St_Johns America/Halifax
    America/Blanc-Sablon America/Toronto America/Atikokan America/Winnipeg America/Regina America/Edmonton
    America/Creston America/Vancouver; CC Indian/Cocos; CD Africa/Kinshasa Africa/Lubumbashi; CF
    Africa/Bangui; CG Africa/Brazzaville; CH Europe/Zurich; CI Africa/Abidjan; CK Pacific/Rarotonga; CL
    America/Santiago America/Coyhaique Pacific/Easter; CM Africa/Douala; CN Asia/Shanghai Asia/Urumqi; CO
    America/Bogota; CR America/Costa_Rica; CU America/Havana; CV Atlantic/Cape_Verde; CW America/Curacao; CX
    Indian/Christmas; CY Asia/Nicosia; CZ Europe/Prague; DE Europe/Berlin; DJ Africa/Djibouti; DK
    Europe/Copenhagen; DM America/Dominica; DO America/Santo_Domingo; DZ Africa/Algiers; EC America/Guayaquil
    Pacific/Galapagos; EE Europe/Tallinn; EG Africa/Cairo; EH Africa/El_Aaiun; ER Africa/Asmara; ES
    Europe/Madrid Atlantic/Canary; ET Africa/Addis_Ababa; FI Europe/Helsinki; FJ Pacific/Fiji; FK
    Atlantic/Stanley; FM Pacific/Chuuk Pacific/Pohnpei; FO Atlantic/Faroe; FR Europe/Paris; GA
    Africa/Libreville; GB Europe/London; GD America/Grenada; GE Asia/Tbilisi; GF America/Cayenne; GG
    Europe/Guernsey; GH Africa/Accra; GI Europe/Gibraltar; GL America/Nuuk America/Danmarkshavn America/Thule;
    GM Africa/Banjul; GN Africa/Conakry; GP America/Guadeloupe; GQ Africa/Malabo; GR Europe/Athens; GS
    Atlantic/South_Georgia; GT America/Guatemala; GU Pacific/Guam; GW Africa/Bissau; GY America/Guyana; HK
    Asia/Hong_Kong; HN America/Tegucigalpa; HR Europe/Zagreb; HT America/Port-au-Prince; HU Europe/Budapest;
    ID Asia/Jakarta Asia/Makassar Asia/Jayapura; IE Europe/Dublin; IL Asia/Jerusalem; IM Europe/Isle_of_Man;
    IN Asia/Kolkata; IO Indian/Chagos; IQ Asia/Baghdad; IR Asia/Tehran; IS Atlantic/Reykjavik; IT Europe/Rome;
    JE Europe/Jersey; JM America/Jamaica; JO Asia/Amman; JP Asia/Tokyo; KE Africa/Nairobi; KG Asia/Bishkek; KH
    Asia/Phnom_Penh; KI Pacific/Tarawa Pacific/Kanton Pacific/Kiritimati; KM Indian/Comoro; KN
    America/St_Kitts; KP Asia/Pyongyang; KR Asia/Seoul; KW Asia/Kuwait; KY America/Cayman; KZ Asia/Almaty; LA
    Asia/Vientiane; LB Asia/Beirut; LC America/St_Lucia; LI Europe/Vaduz; LK Asia/Colombo; LR Africa/Monrovia;
    LS Africa/Maseru; LT Europe/Vilnius; LU Europe/Luxembourg; LV Europe/Riga; LY Africa/Tripoli; MA
    Africa/Casablanca; MC Europe/Monaco; MD Europe/Chisinau; ME Europe/Podgorica; MF America/Marigot; MG
    Indian/Antananarivo; MH Pacific/Majuro; MK Europe/Skopje; ML Africa/Bamako; MM Asia/Yangon; MN
    Asia/Ulaanbaatar Asia/Hovd; MO Asia/Macau; MP Pacific/Saipan; MQ America/Martinique; MR Africa/Nouakchott;
    MS America/Montserrat; MT Europe/Malta; MU Indian/Mauritius; MV Indian/Maldives; MW Africa/Blantyre; MX
    America/Mexico_City America/Cancun America/Matamoros America/Ciudad_Juarez America/Mazatlan
    America/Tijuana; MY Asia/Kuala_Lumpur; MZ Africa/Maputo; NA Africa/Windhoek; NC Pacific/Noumea; NE
    Africa/Niamey; NF Pacific/Norfolk; NG Africa/Lagos; NI America/Managua; NL Europe/Amsterdam; NO
    Europe/Oslo; NP Asia/Kathmandu; NR Pacific/Nauru; NU Pacific/Niue; NZ Pacific/Auckland Pacific/Chatham; OM
    Asia/Muscat; PA America/Panama; PE America/Lima; PF Pacific/Tahiti Pacific/Marquesas Pacific/Gambier; PG
    Pacific/Port_Moresby Pacific/Bougainville; PH Asia/Manila; PK Asia/Karachi; PL Europe/Warsaw; PM
    America/Miquelon; PN Pacific/Pitcairn; PR America/Puerto_Rico; PS Asia/Gaza; PT Europe/Lisbon
    Atlantic/Azores; PW Pacific/Palau; PY America/Asuncion; QA Asia/Qatar; RE Indian/Reunion; RO
    Europe/Bucharest; RS Europe/Belgrade; RU Europe/Kaliningrad Europe/Moscow Europe/Astrakhan
    Asia/Yekaterinburg Asia/Omsk Asia/Novosibirsk Asia/Irkutsk Asia/Chita Asia/Vladivostok Asia/Magadan
    Asia/Kamchatka; RW Africa/Kigali; SA Asia/Riyadh; SB Pacific/Guadalcanal; SC Indian/Mahe; SD
    Africa/Khartoum; SE Europe/Stockholm; SG Asia/Singapore; SH Atlantic/St_Helena; SI Europe/Ljubljana; SJ
    Arctic/Longyearbyen; SK Europe/Bratislava; SL Africa/Freetown; SM Europe/San_Marino; SN Africa/Dakar; SO
    Africa/Mogadishu; SR America/Paramaribo; SS Africa/Juba; ST Africa/Sao_Tome; SV America/El_Salvador; SX
    America/Lower_Princes; SY Asia/Damascus; SZ Africa/Mbabane; TC America/Grand_Turk; TD Africa/Ndjamena; TF
    Indian/Kerguelen; TG Africa/Lome; TH Asia/Bangkok; TJ Asia/Dushanbe; TK Pacific/Fakaofo; TL Asia/Dili; TM
    Asia/Ashgabat; TN Africa/Tunis; TO Pacific/Tongatapu; TR Europe/Istanbul; TT America/Port_of_Spain; TV
    Pacific/Funafuti; TW Asia/Taipei; TZ Africa/Dar_es_Salaam; UA Europe/Simferopol Europe/Kyiv; UG
    Africa/Kampala; UM Pacific/Midway Pacific/Wake; US America/New_York America/Chicago America/Denver
    America/Phoenix America/Los_Angeles America/Anchorage America/Adak Pacific/Honolulu; UY
    America/Montevideo; UZ Asia/Samarkand; VA Europe/Vatican; VC America/St_Vincent; VE America/Caracas; VG
    America/Tortola; VI America/St_Thomas; VN Asia/Ho_Chi_Minh; VU Pacific/Efate; WF Pacific/Wallis; WS
    Pacific/Apia; YE Asia/Aden; YT Indian/Mayotte; ZA Africa/Johannesburg; ZM Africa/Lusaka; ZW Africa/Harare
"""

CODES = """
    1 AG AI AS BB BM BS CA DM DO GD GU JM KN KY LC MP MS PR SX TC TT US VC VG VI; 20 EG; 211 SS; 212 EH MA;
    213 DZ; 216 TN; 218 LY; 220 GM; 221 SN; 222 MR; 223 ML; 224 GN; 225 CI; 226 BF; 227 NE; 228 TG; 229 BJ;
    230 MU; 231 LR; 232 SL; 233 GH; 234 NG; 235 TD; 236 CF; 237 CM; 238 CV; 239 ST; 240 GQ; 241 GA; 242 CG;
    243 CD; 244 AO; 245 GW; 246 IO; 248 SC; 249 SD; 250 RW; 251 ET; 252 SO; 253 DJ; 254 KE; 255 TZ; 256 UG;
    257 BI; 258 MZ; 260 ZM; 261 MG; 262 RE YT; 263 ZW; 264 NA; 265 MW; 266 LS; 267 BW; 268 SZ; 269 KM; 27 ZA;
    290 SH; 291 ER; 297 AW; 298 FO; 299 GL; 30 GR; 31 NL; 32 BE; 33 FR; 34 ES; 350 GI; 351 PT; 352 LU; 353 IE;
    354 IS; 355 AL; 356 MT; 357 CY; 358 AX FI; 359 BG; 36 HU; 370 LT; 371 LV; 372 EE; 373 MD; 374 AM; 375 BY;
    376 AD; 377 MC; 378 SM; 380 UA; 381 RS; 382 ME; 385 HR; 386 SI; 387 BA; 389 MK; 39 IT VA; 40 RO; 41 CH;
    420 CZ; 421 SK; 423 LI; 43 AT; 44 GB GG IM JE; 45 DK; 46 SE; 47 NO SJ; 48 PL; 49 DE; 500 FK; 501 BZ; 502
    GT; 503 SV; 504 HN; 505 NI; 506 CR; 507 PA; 508 PM; 509 HT; 51 PE; 52 MX; 53 CU; 54 AR; 55 BR; 56 CL; 57
    CO; 58 VE; 590 BL GP MF; 591 BO; 592 GY; 593 EC; 594 GF; 595 PY; 596 MQ; 597 SR; 598 UY; 599 BQ CW; 60 MY;
    61 AU CC CX; 62 ID; 63 PH; 64 NZ; 65 SG; 66 TH; 670 TL; 672 NF; 673 BN; 674 NR; 675 PG; 676 TO; 677 SB;
    678 VU; 679 FJ; 680 PW; 681 WF; 682 CK; 683 NU; 685 WS; 686 KI; 687 NC; 688 TV; 689 PF; 690 TK; 691 FM;
    692 MH; 7 RU; 733 KZ RU; 77 KZ; 81 JP; 82 KR; 84 VN; 850 KP; 852 HK; 853 MO; 855 KH; 856 LA; 86 CN; 880
    BD; 886 TW; 90 TR; 91 IN; 92 PK; 93 AF; 94 LK; 95 MM; 960 MV; 961 LB; 962 JO; 963 SY; 964 IQ; 965 KW; 966
    SA; 967 YE; 968 OM; 970 PS; 971 AE; 972 IL; 973 BH; 974 QA; 975 BT; 976 MN; 977 NP; 98 IR; 992 TJ; 993 TM;
    994 AZ; 995 GE; 996 KG; 998 UZ
"""

AREAS = """
    America/Adak America/Anchorage Pacific/Honolulu: 1907; America/Anguilla: 1264; America/Antigua: 1268;
    America/Barbados: 1246; America/Boise America/Los_Angeles: 1775 1986; America/Cancun America/Mexico_City:
    5298 5299; America/Cayman: 1345; America/Chicago: 1205 1210 1214 1217 1218 1224 1225 1228 1235 1251 1254
    1256 1262 1274 1281 1309 1312 1314 1316 1318 1319 1320 1325 1327 1331 1334 1337 1346 1353 1361 1402 1405
    1409 1414 1417 1430 1432 1447 1464 1469 1479 1501 1504 1507 1512 1515 1531 1534 1539 1557 1563 1572 1573
    1580 1601 1608 1612 1615 1618 1629 1630 1636 1641 1651 1659 1660 1662 1682 1689 1708 1712 1713 1715 1726
    1730 1731 1737 1763 1769 1773 1779 1806 1815 1816 1817 1830 1832 1847 1870 1872 1901 1903 1913 1918 1920
    1931 1936 1938 1940 1945 1952 1956 1972 1975 1979 1985; America/Chicago America/Denver: 1308 1605 1620
    1701 1785; America/Chicago America/New_York: 1219 1270 1423 1574 1606 1812 1850 1906; America/Denver: 1303
    1307 1385 1406 1435 1505 1575 1719 1720 1748 1801 1915 1970 1983; America/Denver America/Los_Angeles:
    1541; America/Denver America/Phoenix: 1928; America/Dominica: 1767; America/Edmonton: 1368 1403 1587 1780
    1825; America/Edmonton America/Fort_Nelson America/Toronto America/Vancouver America/Winnipeg: 1867;
    America/Edmonton America/Vancouver: 1250; America/Grand_Turk: 1649; America/Grenada: 1473;
    America/Halifax: 1428 1506 1782 1902; America/Halifax America/St_Johns: 1709; America/Halifax
    America/Toronto: 1418; America/Jamaica: 1658 1876; America/Los_Angeles: 1206 1209 1213 1253 1279 1323 1341
    1350 1360 1369 1408 1415 1424 1425 1442 1458 1503 1509 1510 1530 1559 1562 1564 1619 1626 1628 1650 1657
    1661 1669 1702 1707 1714 1725 1738 1747 1760 1805 1818 1820 1831 1840 1858 1909 1916 1925 1949 1951 1971;
    America/Lower_Princes: 1721; America/Manaus: 5565 5566 5595 5597; America/Manaus America/Sao_Paulo: 5555
    5567 5569 5591 5592 5593 5594; America/Matamoros America/Mexico_City: 5286 5287 5289; America/Mazatlan:
    5263 5269; America/Mazatlan America/Mexico_City: 5231 5232 5238; America/Mazatlan America/Mexico_City
    America/Tijuana: 5264; America/Mazatlan America/Ojinaga: 5262; America/Mexico_City: 5221 5222 5223 5224
    5225 5226 5227 5228 5229 5230 5233 5234 5235 5236 5237 5239 5240 5241 5242 5243 5244 5245 5246 5247 5248
    5249 5250 5251 5252 5253 5254 5255 5256 5257 5258 5259 5270 5271 5272 5273 5274 5275 5276 5277 5278 5279
    5280 5281 5282 5283 5284 5285 5288 5290 5291 5292 5293 5294 5295 5296 5297; America/Mexico_City
    America/New_York America/Tijuana: 5220; America/Montserrat: 1664; America/Nassau: 1242; America/New_York:
    1201 1202 1203 1207 1212 1215 1216 1220 1223 1227 1229 1231 1234 1239 1240 1248 1252 1260 1267 1269 1272
    1276 1283 1301 1302 1304 1305 1313 1315 1317 1321 1324 1326 1329 1330 1332 1336 1339 1347 1351 1352 1363
    1364 1380 1386 1401 1404 1407 1410 1412 1413 1419 1434 1440 1443 1445 1448 1463 1470 1472 1475 1478 1484
    1502 1508 1513 1516 1517 1518 1540 1551 1561 1567 1570 1571 1582 1585 1586 1603 1607 1609 1610 1614 1616
    1617 1631 1640 1645 1646 1656 1667 1678 1680 1681 1686 1703 1704 1706 1716 1717 1718 1724 1727 1728 1732
    1734 1740 1743 1754 1757 1762 1765 1770 1771 1772 1774 1781 1786 1802 1803 1804 1810 1813 1814 1821 1826
    1828 1835 1838 1839 1843 1845 1848 1854 1856 1857 1859 1860 1862 1863 1864 1865 1878 1904 1908 1910 1912
    1914 1917 1919 1929 1930 1934 1937 1941 1943 1947 1948 1954 1959 1973 1978 1980 1984 1989; America/Noronha
    America/Sao_Paulo: 5581; America/Phoenix: 1480 1520 1602 1623; America/Port_of_Spain: 1868;
    America/Puerto_Rico: 1787 1939; America/Puerto_Rico America/St_Johns: 1879; America/Regina: 1306 1639;
    America/Rio_Branco: 5568; America/Santo_Domingo: 1809 1829 1849; America/Sao_Paulo: 5510 5511 5512 5513
    5514 5515 5516 5517 5518 5519 5520 5521 5522 5523 5524 5525 5526 5527 5528 5529 5530 5531 5532 5533 5534
    5535 5536 5537 5538 5539 5540 5541 5542 5543 5544 5545 5546 5547 5548 5549 5550 5551 5553 5554 5561 5562
    5563 5564 5570 5571 5572 5573 5574 5575 5576 5577 5578 5579 5580 5582 5583 5584 5585 5586 5587 5588 5589
    5590 5596 5598 5599; America/St_Kitts: 1869; America/St_Lucia: 1758; America/St_Thomas: 1340;
    America/St_Vincent: 1784; America/Toronto: 1226 1249 1263 1273 1289 1343 1354 1365 1367 1382 1416 1437
    1438 1450 1468 1514 1519 1548 1579 1581 1613 1647 1683 1705 1742 1753 1819 1873 1905 1942; America/Toronto
    America/Winnipeg: 1807; America/Tortola: 1284; America/Vancouver: 1236 1257 1604 1672 1778;
    America/Winnipeg: 1204 1431 1474 1584; Atlantic/Bermuda: 1441; Pacific/Guam: 1671; Pacific/Honolulu: 1808;
    Pacific/Pago_Pago: 1684; Pacific/Saipan: 1670
"""
