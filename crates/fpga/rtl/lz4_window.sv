// The next WIDTH bytes of a block: words in, a view at any byte out.
// `start`: a block begins, at the first byte of the next word. Of the view, use_token takes a token and what goes with it (view_token bytes),
//   use_four 4 bytes, use_rest `rest` bytes; one of them at most, and only where view_valid. They come apart since all that is known late of
//   a view is which of them it is.
// `drop`: what is left of the block is thrown away, a word a cycle. `gone`: its last word is used up.
// Behind the end of a block the view holds any bytes. Latency: two cycles from `start` or a word to the view; none from what is taken.
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
    output logic                   view_valid,
    output logic [8*WIDTH-1:0]     view,
    output logic [3:0]             view_ff,  // which of the first bytes are 255
    output logic [3:0]             view_token,  // bytes of a token, of the literals in view, and of the first byte of a long length
    input  logic                   use_token,
    input  logic                   use_four,
    input  logic                   use_rest,
    input  logic [$clog2(WIDTH):0] rest
);
    localparam int LOG = $clog2(WIDTH);

    // Four words, so that one can come in each cycle while three are looked at.
    logic [8*WIDTH-1:0] data0, data1, data2, data3;
    logic [WIDTH-1:0] ff0, ff1, ff2, ff3, ff_in;
    logic [3:0] last;
    logic [2:0] n;
    logic [LOG-1:0] pos;
    logic [LOG:0] sum, sum_token, sum_four, sum_rest;
    logic put, shift, active;
    logic [8*WIDTH-1:0] view_next;
    logic [3*WIDTH-1:0] ffs;
    // Where a word goes that comes in, if the others stay and if they move; what is known last, `shift`, decides last.
    logic [3:0] at;
    logic [2:0] from;

    assign w_ready = !n[2];
    assign put = w_valid && w_ready;
    assign sum_token = (LOG + 1)'(pos) + (LOG + 1)'(view_token);
    assign sum_four = (LOG + 1)'(pos) + (LOG + 1)'(4);
    assign sum_rest = (LOG + 1)'(pos) + rest;
    assign sum = use_token ? sum_token : use_four ? sum_four : use_rest ? sum_rest : (LOG + 1)'(pos);
    assign shift = sum[LOG] || (drop && n != 0 && !gone);
    assign at = put ? 4'b0001 << n : '0;
    assign from = shift ? at[3:1] : 3'b111;
    assign ffs = {ff2, ff1, ff0};
    byte_shift #(.WIDTH(WIDTH)) cut (
        .in(sum[LOG] ? {data2, data1} : {data1, data0}), .by(sum[LOG-1:0]), .out(view_next)
    );
    assign active = start || (!gone && !(shift && last[0]));
    // As many bytes as each byte would take if it were a token: one of them is that of the next view.
    logic [4*WIDTH*3-1:0] takes;
    for (genvar i = 0; i < 3 * WIDTH; i++) begin : tokens
        logic [3:0] high;
        assign high = i < WIDTH ? data0[8*(i%WIDTH)+4+:4] : i < 2 * WIDTH ? data1[8*(i%WIDTH)+4+:4] : data2[8*(i%WIDTH)+4+:4];
        assign takes[4*i+:4] = high == 4'd15 ? 4'd2 : 32'(high) < 32'(WIDTH) ? high + 4'd1 : 4'd1;
    end
    always_comb begin
        for (int i = 0; i < WIDTH; i++) ff_in[i] = &w_data[8*i+:8];
    end

    always_ff @(posedge clk) begin
        if (shift || at[0]) {last[0], ff0, data0} <= from[0] ? {w_last, ff_in, w_data} : {last[1], ff1, data1};
        if (shift || at[1]) {last[1], ff1, data1} <= from[1] ? {w_last, ff_in, w_data} : {last[2], ff2, data2};
        if (shift || at[2]) {last[2], ff2, data2} <= from[2] ? {w_last, ff_in, w_data} : {last[3], ff3, data3};
        if (at[3]) {last[3], ff3, data3} <= {w_last, ff_in, w_data};
        view <= view_next;
        view_ff <= 4'(ffs >> sum);
        view_token <= 4'(takes >> {sum, 2'b00});
    end

    always_ff @(posedge clk) begin
        n <= shift ? n - 3'd1 + 3'(put) : n + 3'(put);
        pos <= gone ? '0 : sum[LOG-1:0];
        gone <= !active;
        // A view needs two words, or one that is the last.
        view_valid <= active && !drop && (shift ? n >= 3 || (n == 2 && last[1]) : n >= 2 || (n == 1 && last[0]));
        if (rst) begin
            n <= '0;
            pos <= '0;
            gone <= 1'b1;
            view_valid <= 1'b0;
        end
    end
endmodule
