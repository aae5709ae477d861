using System.Runtime.InteropServices;
using UserStore.CommandLine;
using UserStore.Testing;

namespace UserStore.Tests.CommandLine;

public sealed class TerminationSignalsTests
{
    [Fact]
    public void A_signal_that_arrives_twice_at_once_cancels_the_command_and_does_not_end_the_process()
    {
        var error = new StringWriter();
        using var signals = new TerminationSignals(error, new FakeClock(), CancellationToken.None);

        IsHandled(signals).Should().BeTrue();
        IsHandled(signals).Should().BeTrue("timeout of coreutils sends a signal to the process and to its group");

        signals.Token.WaitHandle.WaitOne(TestProgram.Patience).Should().BeTrue();
        error.ToString().Split("Received SIGTERM.").Should().HaveCount(2, "the signal is reported once");
    }

    [Fact]
    public void A_second_signal_after_a_second_ends_the_process()
    {
        var clock = new FakeClock();
        using var signals = new TerminationSignals(TextWriter.Null, clock, CancellationToken.None);

        IsHandled(signals).Should().BeTrue();
        clock.Advance(TerminationSignals.RepetitionTime);

        IsHandled(signals).Should().BeFalse();
    }

    /// <returns>Whether the process continues.</returns>
    private static bool IsHandled(TerminationSignals signals)
    {
        var context = new PosixSignalContext(PosixSignal.SIGTERM);
        signals.Handle(context);
        return context.Cancel;
    }
}
