// Steps of `lz4_issue` to writes of at most WIDTH bytes, one a cycle. The last WIDTH bytes are kept in a register, from which a match with
// a no longer offset repeats; one that repeats zeros writes nothing, since bytes that are not written read as zeros.
// m_*, go: steps, see `lz4_issue`; `go` is low while a step takes another cycle, and so is rd_go, for those who read. rd_data: what a step of kind 2 read.
// wr_*: writes; wr_start: a block begins. end_*: a block ends, in the cycle in which its last write could have been.
// safe, safe_buf: see `lz4_issue`. Latency: a step is done in the third cycle with `go`, a match of kind 3
// one cycle later; its write comes out one later.
module lz4_execute #(
    parameter int WIDTH = 16,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                           clk,
    input  logic                           rst,
    output logic                           go,
    output logic                           rd_go,
    input  logic [2:0]                     m_kind,
    input  logic [$clog2(BLOCK_BYTES)-1:0] m_addr,
    input  logic [$clog2(WIDTH):0]         m_count,
    input  logic                           m_long,
    input  logic [8*WIDTH-1:0]             m_data,
    input  logic [8*WIDTH-1:0]             rd_data,
    output logic                           wr_start,
    output logic                           wr_buf,
    output logic                           wr_en,
    output logic [$clog2(BLOCK_BYTES)-1:0] wr_addr,
    output logic [8*WIDTH-1:0]             wr_data,
    output logic [$clog2(WIDTH):0]         wr_count,
    output logic                           end_valid,
    output logic [16:0]                    end_about,
    output logic [$clog2(BLOCK_BYTES):0]   safe,
    output logic                           safe_buf
);
    localparam int LOG = $clog2(WIDTH);
    localparam int AW = $clog2(BLOCK_BYTES);
    localparam int DATA = 8 * WIDTH;
    localparam logic [2:0] NONE = 0, COPY = 2, REPEAT = 3, FIRST = 4, LAST = 5;

    // Three stages, as a read takes three cycles; the last is where the step is done.
    logic [2:0] kind1, kind2, kind;
    logic [AW-1:0] addr1, addr2, addr;
    logic [LOG:0] count1, count2, count;
    logic long1, long2, long;
    logic [DATA-1:0] data1, data2, data;

    // The bytes before `addr`, and what a repetition writes, which comes to `data`: byte i of it is byte i % offset of the last `offset` ones,
    // where an offset of 0 stands for WIDTH. `reached`: which of the last bytes a repetition is of.
    logic [DATA-1:0] last, repeated, bytes, joined;
    logic [WIDTH-1:0] last_zero, reached;
    logic [LOG-1:0] offset, offset2_less_1;
    logic [15:0] rest, rest_next;
    logic zeros, stay, stay_next, ready, skip, put, copies;

    assign offset2_less_1 = data2[LOG-1:0] - 1'b1;
    assign rest_next = rest - 16'(count);
    always_comb begin
        zeros = 1'b1;
        for (int i = 0; i < WIDTH; i++) begin
            if (reached[i] && !last_zero[i]) zeros = 1'b0;
        end
    end
    for (genvar i = 0; i < WIDTH; i++) begin : places
        logic [DATA-1:0] choices;
        for (genvar o = 0; o < WIDTH; o++) begin : offsets
            assign choices[8*o+:8] = last[8*(o==0?i : WIDTH-o+i%(o==0?1 : o))+:8];
        end
        assign repeated[8*i+:8] = choices[{offset, 3'b000}+:8];
    end

    // A repetition takes a cycle to make its pattern; `ready` after it, `skip` if it is one of zeros and long.
    assign put = kind == 3'd1 || kind == COPY || (kind == REPEAT && ready && !skip);
    assign bytes = copies ? rd_data : data;
    byte_shift #(.WIDTH(WIDTH)) join_bytes (
        .in(count[LOG] ? {{DATA{1'b0}}, bytes} : {bytes, last}), .by(count[LOG-1:0]), .out(joined)
    );
    always_comb begin
        for (int i = 0; i < WIDTH; i++) last_zero[i] = last[8*i+:8] == 0;
    end

    always_ff @(posedge clk) begin
        if (put) last <= joined;
        // What is skipped has more bytes than can be seen that far back.
        if (kind == REPEAT && skip && ready) last <= '0;
        if (!stay) begin
            {kind1, addr1, count1, long1, data1} <= {m_kind, m_addr, m_count, m_long, m_data};
            {kind2, addr2, count2, long2, data2} <= {kind1, addr1, count1, long1, data1};
            {kind, addr, count, long, data} <= {kind2, addr2, count2, long2, data2};
            ready <= 1'b0;
            copies <= kind2 == COPY;
            offset <= data2[LOG-1:0];
            rest <= data2[31:16];
            for (int i = 0; i < WIDTH; i++) reached[i] <= (LOG + 1)'(WIDTH - 1 - i) <= (LOG + 1)'(offset2_less_1);
        end else begin
            ready <= 1'b1;
            if (ready) begin
                addr <= addr + AW'(count);
                rest <= rest_next;
                long <= rest_next > 16'(count);
                if (rest_next < 16'(count)) count <= rest_next[LOG:0];
            end else begin
                data <= repeated;
                skip <= zeros && long;
            end
        end
        if (rst) begin
            kind1 <= NONE;
            kind2 <= NONE;
            kind <= NONE;
        end
    end

    // Whether this step takes another cycle, for the hundreds of registers here, those of `lz4_issue` and those of the read: one register for all of
    // them would lie far from most.
    assign stay_next = !rst && (!stay ? kind2 == REPEAT : ready ? rest_next > 16'(count) : long && !zeros);
    (* keep *) always_ff @(posedge clk) {stay, go, rd_go} <= {stay_next, !stay_next, !stay_next};

    // Writes, and up to where they will have been done two cycles later.
    logic [AW:0] done, done1;
    logic done_buf;
    always_ff @(posedge clk) begin
        wr_start <= kind == FIRST;
        wr_en <= put;
        wr_addr <= addr;
        wr_data <= bytes;
        wr_count <= count;
        end_valid <= kind == LAST;
        end_about <= data[16:0];
        if (kind == FIRST) begin
            wr_buf <= data[0];
            done <= '0;
        end else if (kind == REPEAT && ready && skip) done <= (AW + 1)'(addr) + rest[AW:0];
        else if (put) done <= (AW + 1)'(addr) + (AW + 1)'(count);
        done1 <= done;
        safe <= done1;
        done_buf <= wr_buf;
        safe_buf <= done_buf;
        if (rst) begin
            wr_start <= 1'b0;
            wr_en <= 1'b0;
            end_valid <= 1'b0;
            wr_buf <= 1'b1;
        end
    end
endmodule
