using System.Text;
using UserStore.Privacy;
using UserStore.Testing;

namespace UserStore.ServerTests.Privacy;

/// <summary>Users who are restricted, exported and erased, also on a bad wire.</summary>
internal sealed class PrivacyScenes(Walk walk)
{
    private const string Marker = Walk.Marker;

    private IUserStore<WalkedUser> Store => walk.Store;

    private IUserBatchWriter<WalkedUser> Writer => walk.Get<IUserBatchWriter<WalkedUser>>();

    private IUserPrivacy<WalkedUser> Privacy => walk.Get<IUserPrivacy<WalkedUser>>();

    public async Task RunAsync()
    {
        await RestrictAsync();
        await EraseAsync();
    }

    private async Task RestrictAsync()
    {
        await walk.CallAsync(
            () => Privacy.RestrictAsync("id-4"),
            () => Store.UpdateAsync("id-4", new UserPatch<WalkedUser>().Set(user => user.Name, $"{Marker} patched")),
            () => Store.DeleteAsync("id-4"));
        await walk.CallAsync(() => Store.CreateAsync(Walk.NewUser("id-4")));
        await walk.CallAsync(() => Writer.CreateAsync([Walk.NewUser("id-4")]));
        await walk.CallAsync(() => Privacy.FindRestrictedAsync("id-4"));
        await walk.CallAsync(() => Privacy.ReleaseAsync("id-4"));
    }

    private async Task EraseAsync()
    {
        using var export = new MemoryStream();
        await walk.CallAsync(() => Privacy.ExportAsync("id-3", export));
        Encoding.UTF8.GetString(export.ToArray()).Should().Contain(Marker, "an export is not a log");
        WireFault[] faults = [WireFault.LostResponse, WireFault.Throttle, WireFault.TransactionConflict];
        walk.Options.Retry.Timeout = TimeSpan.Zero;
        foreach (WireFault fault in faults)
        {
            walk.Wire.Every(1, fault, "TransactWriteItems");
            await walk.CallAsync(() => Privacy.EraseAsync("id-3"));
            walk.Wire.Clear();
        }

        walk.Options.Retry.Timeout = TimeSpan.FromSeconds(5);
        UserErasureReceipt? receipt = await walk.CallAsync(() => Privacy.EraseAsync("id-3"));
        await walk.CallAsync(() => Store.CreateAsync(Walk.NewUser("id-3")));
        await walk.CallAsync(() => Writer.CreateAsync([Walk.NewUser("id-3")]));
        await walk.PutAsync("id-3", ("name", new(Marker)), ("email", new($"{Marker}.60@example.test")), ("status", new("active")));
        await walk.CallAsync(() => Privacy.VerifyErasedAsync([receipt!]));
        await walk.CallAsync(() => Privacy.EraseRemnantsAsync());
        await walk.CallAsync(() => Privacy.EraseAsync(Marker.PadRight(3000)));
    }
}
