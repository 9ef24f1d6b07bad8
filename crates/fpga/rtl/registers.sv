// Registers of the design behind AXI-Lite: 32 bits each, a write or a read at a time.
//
// axil_*: AXI-Lite with 12 bits of address; write strobes are ignored, bytes of a register go together; the answer is always OKAY.
// cfg_*: what was written; it has to stand still while frames are in work. start: a pulse for each start that was written.
// Addresses (bytes), W: written, R: read, C: `count` of the lane and cause, low 32 bits first.
//   000 R  "AURE"                     004 R  LANES | log2 WIDTH << 8 | log2 SLOTS << 16    008 R  BINS      00c R  BLOCK_BYTES
//   010 W  bit 0: start the plan; bit 1: clear all counters; bit 31: reset all but these registers, for that cycle
//   010 R  bit 0: a start would be taken
//   014 W  elems     018 W  block_elems     01c W  blocks     020 W  elem_log2 | signed << 2 | raw << 3 | marks << 4     024 W  bins
//   028 W  mark_low0     02c W  mark_span0     030 W  mark_low1     034 W  mark_span1
//   038 W  plan_base, low 32 bits     03c W  its high 8 bits     040 W  plan_words
//   800 C  lane << 6 | cause << 3: 0 cycles, 1 input, 2 decode, 3 unshuffle, 4 second halves, 5 plan, 6 output
module registers #(
    parameter int LANES       = 4,
    parameter int WIDTH       = 16,
    parameter int SLOTS       = 16,
    parameter int BINS        = 1024,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                clk,
    input  logic                rst,
    input  logic                axil_awvalid,
    output logic                axil_awready,
    input  logic [11:0]         axil_awaddr,
    input  logic                axil_wvalid,
    output logic                axil_wready,
    input  logic [31:0]         axil_wdata,
    output logic                axil_bvalid,
    input  logic                axil_bready,
    output logic [1:0]          axil_bresp,
    input  logic                axil_arvalid,
    output logic                axil_arready,
    input  logic [11:0]         axil_araddr,
    output logic                axil_rvalid,
    input  logic                axil_rready,
    output logic [31:0]         axil_rdata,
    output logic [1:0]          axil_rresp,
    output logic [31:0]         cfg_elems,
    output logic [13:0]         cfg_block_elems,
    output logic [16:0]         cfg_blocks,
    output logic [1:0]          cfg_elem_log2,
    output logic                cfg_signed,
    output logic                cfg_raw,
    output logic                cfg_marks,
    output logic [15:0]         cfg_bins,
    output logic [31:0]         cfg_mark_low0,
    output logic [31:0]         cfg_mark_span0,
    output logic [31:0]         cfg_mark_low1,
    output logic [31:0]         cfg_mark_span1,
    output logic [39:0]         cfg_base,
    output logic [31:0]         cfg_words,
    output logic                start,
    input  logic                start_ready,
    output logic                clear,
    output logic                reset,
    input  logic [48*7*LANES-1:0] counts
);
    localparam int COUNTERS = 7 * LANES;

    logic        write;
    logic [9:0]  word;
    logic [31:0] value;

    // A write is taken when address and value are there and the answer before was.
    assign write        = axil_awvalid && axil_wvalid && axil_awready;
    assign axil_wready  = axil_awready;
    assign axil_bresp   = 2'b00;
    assign axil_rresp   = 2'b00;
    assign word         = axil_awaddr[11:2];
    wire   unused       = &{1'b0, axil_awaddr[1:0], axil_araddr[1:0]};
    assign value        = axil_wdata;

    always_ff @(posedge clk) begin
        axil_awready <= !axil_awready && !axil_bvalid && axil_awvalid && axil_wvalid;
        if (axil_bready) axil_bvalid <= 0;
        if (write) axil_bvalid <= 1;
        start <= write && word == 10'h004 && value[0];
        clear <= write && word == 10'h004 && value[1];
        reset <= write && word == 10'h004 && value[31];
        if (write) begin
            case (word)
                10'h005: cfg_elems <= value;
                10'h006: cfg_block_elems <= value[13:0];
                10'h007: cfg_blocks <= value[16:0];
                10'h008: {cfg_marks, cfg_raw, cfg_signed, cfg_elem_log2} <= value[4:0];
                10'h009: cfg_bins <= value[15:0];
                10'h00a: cfg_mark_low0 <= value;
                10'h00b: cfg_mark_span0 <= value;
                10'h00c: cfg_mark_low1 <= value;
                10'h00d: cfg_mark_span1 <= value;
                10'h00e: cfg_base[31:0] <= value;
                10'h00f: cfg_base[39:32] <= value[7:0];
                10'h010: cfg_words <= value;
                default: ;
            endcase
        end
        if (rst) begin
            axil_awready <= 0;
            axil_bvalid  <= 0;
            start        <= 0;
            clear        <= 0;
            reset        <= 0;
        end
    end

    // Counters are looked up a cycle before they are answered.
    logic        asked;
    logic [9:0]  read_word;
    logic [47:0] count;
    logic [31:0] number;

    assign axil_arready = !asked && !axil_rvalid;
    assign number       = 7 * 32'(read_word[8:4]) + 32'(read_word[3:1]);

    always_ff @(posedge clk) begin
        count <= 0;
        for (int i = 0; i < COUNTERS; i++) if (number == 32'(i)) count <= counts[48*i+:48];
    end

    logic looked_up;
    always_ff @(posedge clk) begin
        looked_up <= asked && !looked_up;
        if (axil_arvalid && axil_arready) begin
            asked     <= 1;
            read_word <= axil_araddr[11:2];
        end
        if (axil_rready) axil_rvalid <= 0;
        if (looked_up) begin
            asked       <= 0;
            axil_rvalid <= 1;
            case (read_word)
                10'h000: axil_rdata <= 32'h4155_5245;
                10'h001: axil_rdata <= 32'(LANES) | 32'($clog2(WIDTH)) << 8 | 32'($clog2(SLOTS)) << 16;
                10'h002: axil_rdata <= 32'(BINS);
                10'h003: axil_rdata <= 32'(BLOCK_BYTES);
                10'h004: axil_rdata <= 32'(start_ready && !start);
                default: axil_rdata <= !read_word[9] ? 0 : read_word[0] ? {16'd0, count[47:32]} : count[31:0];
            endcase
        end
        if (rst) begin
            asked       <= 0;
            looked_up   <= 0;
            axil_rvalid <= 0;
        end
    end
endmodule
