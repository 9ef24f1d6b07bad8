// Packs the bytes of a block to words of WIDTH bytes, all but the last of which are full.
// size_*: the bytes of the next block, at least 1, ahead of its beats. b_*: beats of 1 to WIDTH bytes. w_*: words, from a queue.
// A beat a cycle, and one more cycle a block.
module byte_pack #(
    parameter int WIDTH = 16
) (
    input  logic                   clk,
    input  logic                   rst,
    input  logic                   size_valid,
    output logic                   size_ready,
    input  logic [15:0]            size,
    input  logic                   b_valid,
    output logic                   b_ready,
    input  logic [8*WIDTH-1:0]     b_data,
    input  logic [$clog2(WIDTH):0] b_count,
    output logic                   w_valid,
    input  logic                   w_ready,
    output logic [8*WIDTH-1:0]     w_data,
    output logic                   w_last
);
    localparam int LOG = $clog2(WIDTH);

    logic [15:0] left;
    logic busy, over;
    // Bytes held from the beats before.
    logic [LOG-1:0] fill;
    logic [8*WIDTH-1:0] held, word, placed;
    logic [LOG:0] sum;
    logic take, last, put, put_last, room;

    assign size_ready = !busy;
    assign b_ready = busy && !over && room;
    assign take = b_valid && b_ready;
    assign last = left == 16'(b_count);
    // In their places; those behind the end of the word are at its start.
    byte_turn #(.WIDTH(WIDTH)) align (.in(b_data), .by(LOG'(0) - fill), .out(placed));
    assign sum = (LOG + 1)'(fill) + b_count;
    always_comb begin
        for (int i = 0; i < WIDTH; i++) begin
            word[8*i+:8] = over || (LOG + 1)'(i) < (LOG + 1)'(fill) ? held[8*i+:8] : placed[8*i+:8];
        end
    end
    // `over`: the last beat filled a word and went over its end; what did is a word of its own.
    assign put = over ? room : take && (last || sum[LOG]);
    assign put_last = over || (last && sum <= (LOG + 1)'(WIDTH));

    always_ff @(posedge clk) begin
        if (take) begin
            left <= left - 16'(b_count);
            fill <= sum[LOG-1:0];
            held <= sum[LOG] ? placed : word;
            over <= last && !put_last;
        end
        if (put && put_last) begin
            busy <= 1'b0;
            over <= 1'b0;
        end
        if (size_valid && size_ready) begin
            busy <= 1'b1;
            left <= size;
            fill <= '0;
        end
        if (rst) begin
            busy <= 1'b0;
            over <= 1'b0;
        end
    end

    fifo #(.BITS(8 * WIDTH + 1), .DEPTH(16)) queue (
        .clk, .rst,
        .in_valid(put), .in_ready(room), .in_data({put_last, word}),
        .out_valid(w_valid), .out_ready(w_ready), .out_data({w_last, w_data})
    );
endmodule
