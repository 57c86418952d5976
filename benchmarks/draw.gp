# gnuplot -c draw.gp FOLDER MACHINE PEER: FOLDER's one.tsv and two.tsv as FOLDER/benchmark.svg.
folder = ARG1
one = folder . "/one.tsv"
two = folder . "/two.tsv"
stats one using 2 nooutput
rows = STATS_records
has_two = system("test -s '" . two . "' && echo 1 || echo 0") + 0

set terminal svg noenhanced size 980, 150 + 21 * rows font "sans-serif,13" background "white"
set output folder . "/benchmark.svg"
set datafile separator "\t"
set title "How many times faster than " . ARG3 . " (" . ARG2 . ")\n" \
  . "medians of turns in one process, with quartiles"
set logscale x 2
set xrange [0.45:*]
set yrange [rows - 0.3:-0.7]
set xtics ("0.5" 0.5, "1" 1, "2" 2, "4" 4, "8" 8, "16" 16, "32" 32, "64" 64, "128" 128) nomirror
set ytics scale 0 nomirror
set grid xtics lc rgb "#dddddd"
set border 1 lc rgb "#888888"
set key outside bottom center horizontal
set lmargin 48
set arrow from 1, graph 0 to 1, graph 1 nohead lw 1.5 lc rgb "#888888"
set style fill solid 1.0 noborder

# Bars grow from 1, to the right where xgrad is faster.
plot one using (1):0:(1):2:($0 - 0.3):($0 + 0.3):ytic(1) with boxxyerror lc rgb "#7fb3d5" title "one thread", \
     one using 2:0:3:4 with xerrorbars pt 7 ps 0.4 lc rgb "#1f5f8b" notitle, \
     one using ($5 > 0 ? $5 : NaN):0 with points pt 2 ps 0.8 lw 2 lc rgb "#c0392b" title "goal", \
     has_two ? two : "/dev/null" using ($5 > 0 ? $2 : NaN):0:3:4 with xerrorbars pt 9 ps 0.7 lc rgb "#d68910" \
       title "two threads", \
     has_two ? two : "/dev/null" using ($5 > 0 ? $5 : NaN):0 with points pt 1 ps 0.9 lw 2 lc rgb "#7d3c98" title "goal"
