// Reads the plan from memory, once for every `start`, and gives its words to all lanes.
//
// start, start_ready: begin with cfg_words words of 8*SLOTS bytes from byte cfg_base on, a multiple of 8*SLOTS*BURST (so bursts never cross a boundary of that
// size); a start is taken while the last words of the plan before still come. cfg_* stand still while start_ready is low.
// ar_*: a burst of ar_len + 1 words from byte ar_addr on; r_*: their words, in the order of the requests (a last-word mark is not needed). r_ready is always high while words are due: no burst is
// asked for that the queue of DEPTH words has no room for, so as many are on their way as it holds.
// w_*: every lane takes every word, each when it likes; the next one comes when the last lane has taken it.
// Throughput: a word a cycle, for which the memory must give 8*SLOTS bytes a cycle (16 slots at 100 MHz: 12.8 GB/s).
module plan_fetch #(
    parameter int SLOTS = 16,
    parameter int LANES = 4,
    parameter int BURST = 16,  // words, a power of two up to 256
    parameter int DEPTH = 64   // a power of two, at least 2*BURST
) (
    input  logic                clk,
    input  logic                rst,
    input  logic [39:0]         cfg_base,
    input  logic [31:0]         cfg_words,
    input  logic                start,
    output logic                start_ready,
    output logic                ar_valid,
    input  logic                ar_ready,
    output logic [39:0]         ar_addr,
    output logic [7:0]          ar_len,
    input  logic                r_valid,
    output logic                r_ready,
    input  logic [64*SLOTS-1:0] r_data,
    output logic [LANES-1:0]    w_valid,
    input  logic [LANES-1:0]    w_ready,
    output logic [64*SLOTS-1:0] w_data
);
    localparam int RB = $clog2(DEPTH) + 1;

    // Requests.
    logic [31:0]   left;   // words not asked for
    logic [RB-1:0] room;   // words of the queue that no burst was asked for
    logic [8:0]    size;
    logic          asked, popped;

    assign start_ready = left == 0 && !ar_valid;
    assign size        = left < 32'(BURST) ? left[8:0] : 9'(BURST);
    assign asked       = left != 0 && !ar_valid && room >= RB'(BURST);

    always_ff @(posedge clk) begin
        room <= room - (asked ? RB'(size) : 0) + RB'(popped);
        if (ar_ready) ar_valid <= 0;
        if (asked) begin
            ar_valid <= 1;
            ar_len   <= 8'(size - 9'd1);
            left     <= left - 32'(size);
        end
        if (ar_valid && ar_ready) ar_addr <= ar_addr + 40'(8 * SLOTS * BURST);
        if (start && start_ready) begin
            left    <= cfg_words;
            ar_addr <= cfg_base;
        end
        if (rst) begin
            ar_valid <= 0;
            left     <= 0;
            room     <= RB'(DEPTH);
        end
    end

    // The queue, and who still has to take its first word.
    logic             word_valid, word_taken;
    logic [LANES-1:0] waiting;

    fifo #(.BITS(64 * SLOTS), .DEPTH(DEPTH)) queue (
        .clk(clk), .rst(rst), .in_valid(r_valid), .in_ready(r_ready), .in_data(r_data),
        .out_valid(word_valid), .out_ready(word_taken), .out_data(w_data)
    );

    assign w_valid    = word_valid ? waiting : 0;
    assign word_taken = (waiting & ~w_ready) == 0;
    assign popped     = word_valid && word_taken;

    always_ff @(posedge clk) begin
        if (word_valid) waiting <= word_taken ? '1 : waiting & ~w_ready;
        if (rst) waiting <= '1;
    end
endmodule
