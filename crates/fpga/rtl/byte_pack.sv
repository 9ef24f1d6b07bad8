// Packs the bytes of a block to words of WIDTH bytes, all but the last of which are full.
// size_*: the bytes of the next block, at least 1, ahead of its beats. b_*: beats of 1 to WIDTH bytes. w_*: words, from a queue.
// A beat a cycle, and one more cycle a block; a word comes to the queue one cycle after its last byte.
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

    // Beats.
    logic q_valid, q_ready;
    logic [LOG:0] q_count;
    logic [8*WIDTH-1:0] q_data;
    fifo #(.BITS(8 * WIDTH + LOG + 1), .DEPTH(4)) beats (
        .clk, .rst,
        .in_valid(b_valid), .in_ready(b_ready), .in_data({b_count, b_data}),
        .out_valid(q_valid), .out_ready(q_ready), .out_data({q_count, q_data})
    );

    // Bytes of the block that are left; `few`: at most WIDTH are.
    logic [15:0] left, left_next;
    logic busy, over, few;
    // Bytes held from the beats before: how many, how far they are from the end of the word, and which ones.
    logic [LOG-1:0] fill, short;
    logic [WIDTH-1:0] here;
    logic [8*WIDTH-1:0] held, word, placed;
    logic [LOG:0] sum;
    logic take, last, put, put_last, room;
    // What goes to the queue.
    logic out, out_last, room_queue;
    logic [8*WIDTH-1:0] out_word;

    assign size_ready = !busy;
    assign q_ready = busy && !over && room;
    assign take = q_valid && q_ready;
    assign room = !out || room_queue;
    assign left_next = left - 16'(q_count);
    assign last = few && left[LOG:0] == q_count;
    // In their places; those behind the end of the word are at its start.
    byte_turn #(.WIDTH(WIDTH)) align (.in(q_data), .by(short), .out(placed));
    assign sum = (LOG + 1)'(fill) + q_count;
    always_comb begin
        for (int i = 0; i < WIDTH; i++) begin
            word[8*i+:8] = over || here[i] ? held[8*i+:8] : placed[8*i+:8];
        end
    end
    // `over`: the last beat filled a word and went over its end; what did is a word of its own.
    assign put = over ? room : take && (last || sum[LOG]);
    assign put_last = over || (last && sum <= (LOG + 1)'(WIDTH));

    always_ff @(posedge clk) begin
        if (take) begin
            left <= left_next;
            few <= left_next <= 16'(WIDTH);
            fill <= sum[LOG-1:0];
            short <= LOG'(0) - sum[LOG-1:0];
            here <= ~({WIDTH{1'b1}} << sum[LOG-1:0]);
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
            few <= size <= 16'(WIDTH);
            fill <= '0;
            short <= '0;
            here <= '0;
        end
        if (room) begin
            out <= put;
            out_last <= put_last;
            out_word <= word;
        end
        if (rst) begin
            busy <= 1'b0;
            over <= 1'b0;
            out <= 1'b0;
        end
    end

    fifo #(.BITS(8 * WIDTH + 1), .DEPTH(16)) queue (
        .clk, .rst,
        .in_valid(out), .in_ready(room_queue), .in_data({out_last, out_word}),
        .out_valid(w_valid), .out_ready(w_ready), .out_data({w_last, w_data})
    );
endmodule
