// The next WIDTH bytes of a block: words in, a view at any byte out.
// `start`: a block begins, at the first byte of the next word. `ready`: the bytes at the place where the window is are there; `look`, only
//   then: they are the view from the next cycle on. `go`: the place moves on by `take` bytes, which may be less than WIDTH + 1; with `look`,
//   too.
// `drop`: what is left of the block is thrown away, a word a cycle. `gone`: its last word is used up.
// Behind the end of a block the view holds any bytes. Latency: two cycles from `start` or a word to `ready`; one from `look` to the view. A view
// a cycle where what is taken is known without it, else one in two.
module lz4_window #(
    parameter int WIDTH = 16
) (
    input  logic                   clk,
    input  logic                   rst,
    input  logic                   w_valid,
    output logic                   w_ready,
    input  logic [8*WIDTH-1:0]     w_data,
    input  logic                   w_last,
    input  logic                   start,
    input  logic                   drop,
    output logic                   gone,
    output logic                   ready,
    input  logic                   look,
    output logic [8*WIDTH-1:0]     view,
    output logic [3:0]             view_ff,  // which of the first bytes are 255
    input  logic                   go,
    input  logic [$clog2(WIDTH):0] take
);
    localparam int LOG = $clog2(WIDTH);

    // Four words, so that one can come in each cycle while three are looked at.
    logic [8*WIDTH-1:0] data0, data1, data2, data3;
    logic [WIDTH-1:0] ff0, ff1, ff2, ff3, ff_in;
    logic [3:0] last;
    logic [2:0] n;
    // The place; with its highest bit set it is in the second word, and the words move.
    logic [LOG:0] pos, sum;
    logic put, shift;
    logic [8*WIDTH-1:0] view_next;
    logic [3*WIDTH-1:0] ffs;
    // Where a word goes that comes in, if the others stay and if they move.
    logic [3:0] at;
    logic [2:0] from;

    assign w_ready = !n[2];
    assign put = w_valid && w_ready;
    assign sum = (LOG + 1)'(pos[LOG-1:0]) + take;
    assign shift = pos[LOG] || (drop && n != 0 && !gone);
    assign at = put ? 4'b0001 << n : '0;
    assign from = shift ? at[3:1] : 3'b111;
    assign ffs = {ff2, ff1, ff0};
    byte_shift #(.WIDTH(WIDTH)) cut (
        .in(pos[LOG] ? {data2, data1} : {data1, data0}), .by(pos[LOG-1:0]), .out(view_next)
    );
    // A view needs two words, or one that is the last.
    assign ready = pos[LOG] ? n >= 3 || (n == 2 && last[1]) : n >= 2 || (n == 1 && last[0]);
    always_comb begin
        for (int i = 0; i < WIDTH; i++) ff_in[i] = &w_data[8*i+:8];
    end

    always_ff @(posedge clk) begin
        if (shift || at[0]) {last[0], ff0, data0} <= from[0] ? {w_last, ff_in, w_data} : {last[1], ff1, data1};
        if (shift || at[1]) {last[1], ff1, data1} <= from[1] ? {w_last, ff_in, w_data} : {last[2], ff2, data2};
        if (shift || at[2]) {last[2], ff2, data2} <= from[2] ? {w_last, ff_in, w_data} : {last[3], ff3, data3};
        if (at[3]) {last[3], ff3, data3} <= {w_last, ff_in, w_data};
        if (look) begin
            view <= view_next;
            view_ff <= 4'(ffs >> pos);
        end
    end

    always_ff @(posedge clk) begin
        n <= shift ? n - 3'd1 + 3'(put) : n + 3'(put);
        pos <= gone ? '0 : go ? sum : {1'b0, pos[LOG-1:0]};
        gone <= !(start || (!gone && !(shift && last[0])));
        if (rst) begin
            n <= '0;
            pos <= '0;
            gone <= 1'b1;
        end
    end
endmodule
